import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Program, parseSync } from 'oxc-parser';

/** A TypeScript file of the repository: its path from the root, with `/`, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

const OUTSIDE = new Set(['node_modules', 'dist', 'cdk.out', 'coverage', 'fixtures']);

/** All TypeScript files below the root, hidden folders and what is installed or built left out. */
export function readSourceFiles(root: string): readonly SourceFile[] {
  const paths = globSync('**/*.{ts,mjs}', {
    cwd: root,
    exclude: (at) => OUTSIDE.has(path.basename(at)) || path.basename(at).startsWith('.'),
  });
  return paths.sort().map((file) => ({
    file: file.replaceAll(path.sep, '/'),
    text: readFileSync(path.join(root, file), 'utf8'),
  }));
}

/** The syntax tree of a file. @throws {SyntaxError} the file cannot be parsed. */
export function parseFile({ file, text }: SourceFile): Program {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0]?.message}`);
  return program;
}

/** The line, from 1, of an offset of the tree. */
export function lineOf({ text }: SourceFile, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
