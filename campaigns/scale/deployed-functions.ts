import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloudAssembly } from '#cli/local/assembly.ts';

/** A function of the stack, as its template describes it. */
export interface DeployedFunction {
  /** The bundle. */
  readonly file: string;
  /** MiB. */
  readonly memorySize: number;
  /** Variables whose values the template knows; not the names of bucket and table. */
  readonly environment: Readonly<Record<string, string>>;
}

interface FunctionResource {
  readonly Type: string;
  readonly Properties: {
    readonly Code: { readonly S3Key: string };
    readonly MemorySize: number;
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

/** Finds a function in the synthesized stack by the name of its step, such as `Plan`. */
export async function deployedFunction(step: string): Promise<DeployedFunction> {
  const assembly = await cloudAssembly(new AbortController().signal);
  const text = await readFile(join(assembly, 'SparseFanout.template.json'), 'utf8');
  const resources: Readonly<Record<string, FunctionResource>> = JSON.parse(text).Resources;
  const [, found] =
    Object.entries(resources).find(
      ([id, { Type }]) =>
        Type === 'AWS::Lambda::Function' && id.startsWith(`FanoutFunctions${step}Function`),
    ) ?? [];
  if (found === undefined) throw new Error(`the stack has no function ${step}`);
  const { Code, MemorySize, Environment } = found.Properties;
  return {
    file: join(assembly, `asset.${Code.S3Key.replace(/\.zip$/, '')}`, 'index.mjs'),
    memorySize: MemorySize,
    environment: Object.fromEntries(Object.entries(Environment.Variables).filter(isText)),
  };
}
