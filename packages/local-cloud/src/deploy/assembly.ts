import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UnsupportedTemplate } from './deploy-errors.ts';

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z
        .object({ templateFile: z.string().optional(), file: z.string().optional() })
        .optional(),
    }),
  ),
});

const assetsSchema = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional(), packaging: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

const templateSchema = z.strictObject({
  Resources: z.record(
    z.string(),
    z.strictObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Condition: z.string().optional(),
      DependsOn: z.unknown().optional(),
      Metadata: z.unknown().optional(),
      DeletionPolicy: z.unknown().optional(),
      UpdateReplacePolicy: z.unknown().optional(),
    }),
  ),
  Outputs: z
    .record(z.string(), z.looseObject({ Value: z.unknown(), Condition: z.string().optional() }))
    .default({}),
  Parameters: z.record(z.string(), z.looseObject({ Default: z.unknown().optional() })).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.unknown().optional(),
  // Assertions on parameters, such as the version of the CDK's bootstrap stack: there is none here.
  Rules: z.unknown().optional(),
  Description: z.string().optional(),
  AWSTemplateFormatVersion: z.string().optional(),
});

/** A CloudFormation template, its shape checked. */
export type Template = z.infer<typeof templateSchema>;

/** One stack as the CDK synthesized it. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** Absolute directories of the file assets, by the object key that the template names. */
  readonly assets: ReadonlyMap<string, string>;
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!parsed.success) throw new UnsupportedTemplate(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

async function readAssets(file: string, directory: string): Promise<[string, string][]> {
  const { files } = await readJson(file, assetsSchema);
  return Object.values(files).flatMap(({ source, destinations }) =>
    source.packaging === 'zip' && source.path !== undefined
      ? Object.values(destinations).map(({ objectKey }): [string, string] => [
          objectKey,
          resolve(directory, source.path ?? ''),
        ])
      : [],
  );
}

/**
 * Reads a synthesized cloud assembly (`cdk.out`) that holds one stack.
 *
 * @throws {UnsupportedTemplate} it does not hold exactly one stack, or a section of the template is
 *   not known.
 */
export async function readAssembly(directory: string): Promise<Assembly> {
  const { artifacts } = await readJson(join(directory, 'manifest.json'), manifestSchema);
  const stacks = Object.entries(artifacts).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  );
  const [stack] = stacks;
  const templateFile = stack?.[1].properties?.templateFile;
  if (!stack || !templateFile || stacks.length > 1) {
    throw new UnsupportedTemplate(`${directory} must hold one stack, got ${stacks.length}`);
  }
  const assetFiles = Object.values(artifacts).flatMap(({ type, properties }) =>
    type === 'cdk:asset-manifest' && properties?.file !== undefined ? [properties.file] : [],
  );
  const assets = await Promise.all(
    assetFiles.map((file) => readAssets(join(directory, file), directory)),
  );
  return {
    stackName: stack[0],
    template: await readJson(join(directory, templateFile), templateSchema),
    assets: new Map(assets.flat()),
  };
}
