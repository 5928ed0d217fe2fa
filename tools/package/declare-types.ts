import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { relativeSpecifier, type SourceTree } from './source-tree.ts';

/** Where a declaration names a module. */
const NAMED = /(\bfrom |\bimport\()(['"])([^'"]+)\2/g;

const declarationName = (file: string) => file.replace(/\.ts$/, '.d.ts');

/** What may be imported from outside, and where what it imports and ambient types lie. */
const INCLUDED = ['lib', 'core', 'packages/*/src'];

/** Lets the compiler declare the types of the files. */
function runCompiler(root: string, directory: string): void {
  const config = path.join(root, `tsconfig.declarations-${process.pid}.json`);
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true },
    ...{ rootDir: '.', outDir: directory },
  };
  const settings = { extends: './tsconfig.json', compilerOptions, include: INCLUDED };
  writeFileSync(config, JSON.stringify(settings));
  try {
    const compiler = path.join(root, 'node_modules/.bin/tsc');
    const { status, stdout } = spawnSync(compiler, ['-p', config], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the types cannot be declared: ${stdout}`);
  } finally {
    rmSync(config);
  }
}

/** What to declare, and where. */
export interface Declaration {
  readonly tree: SourceTree;
  /** Path from the root: what is imported from outside. */
  readonly entry: string;
  /** Absolute; a folder for what the compiler writes. */
  readonly drafts: string;
  /** Absolute. It gets the files at their paths below `base`. */
  readonly directory: string;
  /** Path from the root. @default the root */
  readonly base?: string;
}

/**
 * Declares the types of a file: those that it exports, and all that these name. What else the
 * compiler declares is not kept.
 */
export function declareTypes({ tree, entry, drafts, directory, base = '' }: Declaration): void {
  runCompiler(tree.root, drafts);
  const files = new Set([entry]);
  for (const file of files) {
    const name = declarationName(file);
    const text = readFileSync(path.join(drafts, name), 'utf8');
    const renamed = text.replaceAll(NAMED, (whole, before, quote, specifier) => {
      const target = tree.fileOf(file, specifier);
      if (target === undefined) return whole;
      files.add(target);
      return `${before}${quote}${relativeSpecifier(file, target)}${quote}`;
    });
    const place = path.join(directory, path.relative(base, name));
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, renamed);
  }
}
