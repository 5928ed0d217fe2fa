import path from 'node:path/posix';
import { IMPORT_RULES } from './import-rules.ts';
import { readImports } from './read-imports.ts';
import { hasSubpath, type OwnPackage, resolveImport } from './resolve-import.ts';
import type { SourceFile } from './source-file.ts';

/** The room that a row gives to a file or folder, if any. */
function roomBy(row: string, file: string): string | undefined {
  if (!row.endsWith('/*')) return file === row || file.startsWith(`${row}/`) ? row : undefined;
  const folder = row.slice(0, -1);
  const end = file.startsWith(folder) ? file.indexOf('/', folder.length) : -1;
  return end < 0 ? undefined : file.slice(0, end);
}

/** The room of a file or folder: the longest that a row of the table gives to it. */
export function roomOf(file: string): string | undefined {
  return Object.keys(IMPORT_RULES)
    .map((row) => roomBy(row, file))
    .filter((room) => room !== undefined)
    .sort((a, b) => a.length - b.length)
    .at(-1);
}

/** What the table allows a room besides its own files. */
function rowOf(room: string): readonly string[] {
  return IMPORT_RULES[room] ?? IMPORT_RULES[`${path.dirname(room)}/*`] ?? [];
}

/** Whether an entry of a row covers what an import leads to. */
export function covers(entry: string, target: string): boolean {
  if (target === entry || target.startsWith(`${entry}/`)) return true;
  if (entry === 'node:*') return target.startsWith('node:');
  if (!entry.endsWith('/*')) return false;
  const folder = entry.slice(0, -2);
  return entry.startsWith('#') ? path.dirname(target) === folder : target.startsWith(`${folder}/`);
}

function isOwn(target: string, room: string): boolean {
  return target.startsWith('#') && roomOf(target.slice(1)) === room;
}

/** How a file of ours should have been named, if it is not named so. */
function wrongStyle(
  file: string,
  specifier: string,
  target: string,
  packages: readonly OwnPackage[],
): string | undefined {
  const isBeside = path.dirname(target) === `#${path.dirname(file)}`;
  if (specifier.startsWith('#') && isBeside) {
    return `inside a folder imports are relative: './${path.basename(target)}'`;
  }
  if (specifier.startsWith('..') && hasSubpath(file, target, packages)) {
    return `across folders imports begin with #, as in '#core/errors.ts'`;
  }
  return undefined;
}

/** Imports of one file that the table refuses, each a line that says where and what is allowed. */
export function checkImports(
  source: SourceFile,
  packages: readonly OwnPackage[],
): readonly string[] {
  const { file } = source;
  const room = roomOf(file);
  if (room === undefined) return [`${file}:1 lies in no room of tools/rules/import-rules.ts`];
  const allowed = rowOf(room);
  return readImports(source).flatMap(({ specifier, line }) => {
    const target = resolveImport(file, specifier, packages);
    const isAllowed = allowed.some((entry) => covers(entry, target));
    if (!isAllowed && !isOwn(target, room)) {
      const list = [`files of ${room}`, ...allowed].join(', ');
      return [`${file}:${line} imports '${specifier}', but ${room} may import only ${list}`];
    }
    const style = wrongStyle(file, specifier, target, packages);
    return style === undefined ? [] : [`${file}:${line} imports '${specifier}': ${style}`];
  });
}
