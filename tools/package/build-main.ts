import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleSteps } from './bundle-steps.ts';
import { type Compiled, compileModules } from './compile-modules.ts';
import { declareTypes } from './declare-types.ts';
import type { SourceTree } from './source-tree.ts';

/** What the package starts, and what may be imported from it. */
const PUBLIC = 'lib/index.ts';
const ENTRIES = [PUBLIC, 'bin/sparse-fanout.ts', 'bin/local-app.ts'];

/** Read by the code at the places that these have in the repository. */
const FILES = ['cdk.json', 'packages/engine/layer'];

/** What the code reads of the manifest. */
function writeManifest(root: string, directory: string): void {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { name, version, type, peerDependencies } = manifest;
  const text = JSON.stringify({ name, version, type, peerDependencies }, null, 2);
  writeFileSync(path.join(directory, 'package.json'), `${text}\n`);
}

/**
 * Builds `dist/`, from which `npm pack` makes the package.
 *
 * @param directory absolute; `dist/` itself by default.
 */
export async function buildMain(
  tree: SourceTree,
  directory = path.join(tree.root, 'dist'),
): Promise<Compiled> {
  const { root } = tree;
  rmSync(directory, { recursive: true, force: true });
  const compiled = await compileModules({ tree, entries: ENTRIES, directory });
  writeManifest(root, directory);
  for (const file of FILES) {
    cpSync(path.join(root, file), path.join(directory, file), { recursive: true });
  }
  // In the root, as the assembly of the CDK: its depth is part of the source maps.
  const drafts = mkdtempSync(path.join(root, '.dist-'));
  try {
    declareTypes({ tree, entry: PUBLIC, drafts: path.join(drafts, 'types'), directory });
    bundleSteps(root, drafts, path.join(directory, 'bundles'));
  } finally {
    rmSync(drafts, { recursive: true });
  }
  return compiled;
}
