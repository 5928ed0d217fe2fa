import path from 'node:path';
import { checkClock } from './rules/check-clock.ts';
import { checkImports } from './rules/check-imports.ts';
import { readPackages } from './rules/resolve-import.ts';
import { readSourceFiles } from './rules/source-file.ts';

/** Holds every TypeScript file to the rules that Biome cannot hold it to; part of `check`. */
const root = path.join(import.meta.dirname, '..');
const packages = readPackages(root);
const sources = readSourceFiles(root);
const problems = [
  ...sources.flatMap((source) => checkImports(source, packages)),
  ...sources.flatMap(checkClock),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
