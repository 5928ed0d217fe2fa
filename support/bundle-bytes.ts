import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

interface FunctionResource {
  readonly Type: string;
  readonly Properties: { readonly Code: { readonly S3Key: string } };
}

/** Bytes of the bundle of each function of an assembly, by its id in the template. */
export async function bundleBytes(assembly: string): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(path.join(assembly, 'SparseFanout.template.json'), 'utf8');
  const resources: Readonly<Record<string, FunctionResource>> = JSON.parse(text).Resources;
  const sizes = new Map<string, number>();
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const asset = `asset.${Properties.Code.S3Key.replace('.zip', '')}`;
    sizes.set(id, (await stat(path.join(assembly, asset, 'index.mjs'))).size);
  }
  return sizes;
}
