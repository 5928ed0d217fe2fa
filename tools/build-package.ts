/**
 * `npm run build`, and what `npm pack` runs first: makes `dist/`, from which the package is packed,
 * and one beside the local cloud, which is a package of its own.
 */
import path from 'node:path';
import { buildLocalCloud } from './package/build-local-cloud.ts';
import { buildMain } from './package/build-main.ts';
import { SourceTree } from './package/source-tree.ts';

const tree = new SourceTree(path.join(import.meta.dirname, '..'));
for (const { files, packages } of [await buildMain(tree), await buildLocalCloud(tree)]) {
  process.stderr.write(`${files.length} modules, which need ${packages.join(', ')}\n`);
}
