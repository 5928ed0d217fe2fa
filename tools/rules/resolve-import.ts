import { globSync, readFileSync } from 'node:fs';
import path from 'node:path/posix';

/** A package of the repository with its subpath imports: `#core/*` → `core/*` from the root. */
export interface OwnPackage {
  /** `''` for the root. */
  readonly folder: string;
  readonly imports: ReadonlyMap<string, string>;
}

/** Reads the packages of the repository, the innermost first. */
export function readPackages(root: string): readonly OwnPackage[] {
  const manifests = [...globSync('packages/*/package.json', { cwd: root }), 'package.json'];
  return manifests.map((manifest) => {
    const { imports = {} }: { imports?: Record<string, string> } = JSON.parse(
      readFileSync(path.join(root, manifest), 'utf8'),
    );
    const folder = path.dirname(manifest) === '.' ? '' : path.dirname(manifest);
    const entries = Object.entries(imports).map(
      ([from, to]) => [from.replace(/\*$/, ''), path.join(folder, to.replace(/\*$/, ''))] as const,
    );
    return { folder, imports: new Map(entries) };
  });
}

function packageOf(file: string, packages: readonly OwnPackage[]): OwnPackage {
  return packages.find(({ folder }) => folder === '' || file.startsWith(`${folder}/`))!;
}

/**
 * What a specifier in a file leads to: `#` and the path from the root for a file of ours, else the
 * specifier itself.
 */
export function resolveImport(
  file: string,
  specifier: string,
  packages: readonly OwnPackage[],
): string {
  if (specifier.startsWith('.')) return `#${path.join(path.dirname(file), specifier)}`;
  for (const [from, to] of packageOf(file, packages).imports) {
    if (specifier.startsWith(from)) return `#${to}${specifier.slice(from.length)}`;
  }
  return specifier;
}

/** Whether a file of ours can be imported from another one by a subpath (`#…`). */
export function hasSubpath(file: string, target: string, packages: readonly OwnPackage[]): boolean {
  return [...packageOf(file, packages).imports.values()].some((to) => target.startsWith(`#${to}`));
}
