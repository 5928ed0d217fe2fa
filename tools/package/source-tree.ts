import { readFileSync } from 'node:fs';
import path from 'node:path/posix';
import { type OwnPackage, readPackages, resolveImport } from '#tools/rules/resolve-import.ts';

/** The package that stays one of its own. */
const LOCAL_CLOUD = '@sparse-fanout/local-cloud';

/** Folders of the packages of the repository by their names. */
const WORKSPACES: Readonly<Record<string, string>> = {
  '@sparse-fanout/engine': 'packages/engine',
  [LOCAL_CLOUD]: 'packages/local-cloud',
};

/** The files of the repository, by what imports call them. */
export class SourceTree {
  readonly root: string;
  readonly #packages: readonly OwnPackage[];
  readonly #exports: ReadonlyMap<string, string>;

  constructor(root: string) {
    this.root = root;
    this.#packages = readPackages(root);
    this.#exports = new Map(
      Object.entries(WORKSPACES).flatMap(([name, folder]) => {
        const manifest = readFileSync(path.join(root, folder, 'package.json'), 'utf8');
        const { exports }: { exports: Record<string, string> } = JSON.parse(manifest);
        return Object.entries(exports).map(
          ([subpath, file]) => [path.join(name, subpath), path.join(folder, file)] as const,
        );
      }),
    );
  }

  /**
   * The file, by its path from the root, that an import leads to; undefined for a package that is
   * installed. Of the local cloud only what starts it is in a package of its own; what other
   * commands use of it is theirs, too.
   */
  fileOf(importer: string, specifier: string): string | undefined {
    const target = resolveImport(importer, specifier, this.#packages);
    if (target.startsWith('#')) return target.slice(1);
    return specifier === LOCAL_CLOUD ? undefined : this.#exports.get(specifier);
  }
}

/** Name that a file has when it is compiled. */
export function compiledName(file: string): string {
  return file.replace(/\.ts$/, '.js');
}

/** How a compiled file names another one. */
export function relativeSpecifier(from: string, to: string): string {
  const relative = path.relative(path.dirname(from), compiledName(to));
  return relative.startsWith('.') ? relative : `./${relative}`;
}
