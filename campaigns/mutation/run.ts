/**
 * `npm run campaign -- mutation --sample 300 --seed 1`: finds out whether the tests notice changes
 * of core.
 */
import { globSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { createLookup, readEquivalents } from './equivalents.ts';
import { addUp, type Figures, faults } from './figures.ts';
import { findMutants, type Mutant } from './find-mutants.ts';
import { ROOT, textOfFile } from './import-graph.ts';
import { judge, type Verdict } from './judge.ts';
import { drawSample } from './sample.ts';
import { mapTests } from './test-map.ts';

interface Options {
  readonly sample: number;
  readonly seed: number;
  readonly jobs: number;
  readonly file: string;
  readonly json?: true;
  readonly seconds: number;
}

/** With this seed, every mutant is noticed by a test or argued to be equivalent. */
const ARGUED_SEED = 1;

const ALL_FILES = 'core/**/*.ts';

/** Files of types, and bytes that are built from other sources. */
const NO_CODE = /\.d\.ts$|\/kernel-bytes\.ts$/;

function sampleOf({ file, sample, seed }: Options): Mutant[] {
  const files = globSync(ALL_FILES, { cwd: ROOT }).filter(
    (name) => !NO_CODE.test(name) && path.matchesGlob(name, file),
  );
  const all = files.toSorted().flatMap((name) => findMutants(name, textOfFile(name)));
  return drawSample(all, sample, seed);
}

function lineOf({ mutant, fate, testFile }: Verdict): string {
  const { file, line, column, operator, before, after } = mutant;
  const by = testFile === undefined ? '' : ` by ${testFile}`;
  return `${fate}${by} ${file}:${line}:${column} ${operator} ${before} → ${after}`;
}

function summary({ total, fates, equivalent, raw, killable }: Figures): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    `${total} mutants: ${fates.assertion} killed by an assertion, ${fates.hang} by a hang, ${fates.crash} by a crash, ${fates.survived} survived`,
    `${percent(raw)} killed; ${equivalent} argued equivalent, ${percent(killable)} of the others killed`,
  ];
}

const options = new Command('npm run campaign -- mutation')
  .description('change core at random places and see whether a test notices')
  .option('--sample <n>', 'mutants', parseCount, 300)
  .option('--seed <n>', 'of the sample', parseCount, 1)
  .option('--jobs <n>', 'at once', parseCount, 2)
  .option('--file <glob>', 'of these files', ALL_FILES)
  .option(
    '--seconds <n>',
    'of tests per mutant at most: a quick look that kills fewer',
    parseCount,
    3600,
  )
  .option('--json', 'print for programs')
  .parse()
  .opts<Options>();
const say = (line: string) => {
  if (options.json !== true) process.stdout.write(`${line}\n`);
};
const mutants = sampleOf(options);
const began = performance.now();
const tests = await mapTests(
  new Set(mutants.map(({ file }) => file)),
  options.jobs,
  (testFile, error) => say(`${testFile} fails without any change and is left out: ${error}`),
);
say(`${mutants.length} mutants, ${tests.length} test files`);
const list = readEquivalents();
const lookup = createLookup(list);
const verdicts: Verdict[] = [];
await judge({
  mutants,
  tests,
  jobs: options.jobs,
  milliseconds: 1000 * options.seconds,
  onVerdict(verdict) {
    verdicts.push(verdict);
    const equivalent = verdict.fate === 'survived' ? lookup(verdict.mutant) : undefined;
    const reason = equivalent === undefined ? '' : ` (equivalent: ${equivalent.reason})`;
    say(`${verdicts.length} ${lineOf(verdict)}${reason}`);
  },
});
const figures = addUp(verdicts, list);
const isArgued = options.seed === ARGUED_SEED && options.file === ALL_FILES;
const wrong = faults(figures, isArgued);
const took = Math.round((performance.now() - began) / 1000);
for (const line of [...summary(figures), `${took} s`, ...wrong]) say(line);
if (options.json === true)
  process.stdout.write(`${JSON.stringify({ ...options, took, figures, verdicts, wrong })}\n`);
process.exit(wrong.length === 0 ? 0 : 1);
