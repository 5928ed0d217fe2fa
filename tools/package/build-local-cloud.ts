import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Compiled, compileModules } from './compile-modules.ts';
import { declareTypes } from './declare-types.ts';
import type { SourceTree } from './source-tree.ts';

const FOLDER = 'packages/local-cloud';
const SOURCES = `${FOLDER}/src`;
const PUBLIC = `${SOURCES}/local-cloud.ts`;

/** The manifest of the repository, as it is where only what is compiled lies. */
function writeManifest(root: string, directory: string): void {
  const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
  const {
    imports: _,
    scripts: __,
    devDependencies: ___,
    ...manifest
  } = read(`${FOLDER}/package.json`);
  const { engines } = read('package.json');
  const exports = {
    '.': { types: './src/local-cloud.d.ts', default: './src/local-cloud.js' },
    './package.json': './package.json',
  };
  const text = JSON.stringify({ ...manifest, exports, engines }, null, 2);
  writeFileSync(path.join(directory, 'package.json'), `${text}\n`);
}

/** Builds the package of the local cloud, whole with its manifest. */
export async function buildLocalCloud(tree: SourceTree): Promise<Compiled> {
  const { root } = tree;
  const directory = path.join(root, FOLDER, 'dist');
  rmSync(directory, { recursive: true, force: true });
  const base = FOLDER;
  const compiled = await compileModules({ tree, entries: [PUBLIC], directory, base });
  const drafts = mkdtempSync(path.join(tmpdir(), 'types-'));
  try {
    declareTypes({ tree, entry: PUBLIC, drafts, directory, base });
  } finally {
    rmSync(drafts, { recursive: true });
  }
  writeManifest(root, directory);
  copyFileSync(path.join(root, FOLDER, 'README.md'), path.join(directory, 'README.md'));
  copyFileSync(path.join(root, 'LICENSE'), path.join(directory, 'LICENSE'));
  return compiled;
}
