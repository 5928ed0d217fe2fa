/** Finds which files a file of this repository loads, by its imports. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Root of the repository. Files are named by their paths from it. */
export const ROOT = path.join(import.meta.dirname, '../..');

const IMPORT = /(?:from|import)\s*\(?\s*'([#.][^']+\.ts)'/g;

const texts = new Map<string, string>();

/** Text of a file, which is read once. */
export function textOfFile(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = readFileSync(path.join(ROOT, file), 'utf8');
    texts.set(file, text);
  }
  return text;
}

function importsOf(file: string): string[] {
  const named = [...textOfFile(file).matchAll(IMPORT)].map(([, name = '']) =>
    name.startsWith('#') ? name.slice(1) : path.join(path.dirname(file), name),
  );
  return named.filter((name) => existsSync(path.join(ROOT, name)));
}

/** A file and all that it loads, however indirectly. */
export function loadedBy(file: string): ReadonlySet<string> {
  const found = new Set([file]);
  for (const next of found) for (const name of importsOf(next)) found.add(name);
  return found;
}

/** A digest that changes with the text of any of the files. */
export function digestOf(files: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const file of [...files].toSorted()) hash.update(`${file}\n${textOfFile(file)}`);
  return hash.digest('hex');
}
