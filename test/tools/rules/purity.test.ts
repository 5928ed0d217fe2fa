import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { checkClock } from '#tools/rules/check-clock.ts';
import { readSourceFiles } from '#tools/rules/source-file.ts';

const root = path.join(import.meta.dirname, '../../..');
const biome = path.join(root, 'node_modules/.bin/biome');

/** Globals that Biome refuses in `core`, each in a line of its own. */
const IMPURE = [
  'export const a = process.env;',
  'export const b = performance.now();',
  'export const c = globalThis.process;',
  'export const d = global.process;',
  'export const e = navigator.hardwareConcurrency;',
  'export const f = setTimeout(() => 0, 1);',
  'export const g = setInterval(() => 0, 1);',
  'export const h = setImmediate(() => 0);',
  "export const i = fetch('https://example.com');",
  'console.log(a);',
];

const sarif = z.object({
  runs: z.array(
    z.object({
      results: z.array(
        z.object({
          ruleId: z.string(),
          locations: z.array(
            z.object({
              physicalLocation: z.object({
                artifactLocation: z.object({ uri: z.string() }),
                region: z.object({ startLine: z.number() }),
              }),
            }),
          ),
        }),
      ),
    }),
  ),
});

let directory: string;

/** Lines of a file, in a copy of the tree that holds only it, which Biome's own rules refuse. */
async function refusedLines(file: string, text: string): Promise<readonly number[]> {
  await mkdir(path.join(directory, path.dirname(file)), { recursive: true });
  await writeFile(path.join(directory, file), text);
  const report = path.join(directory, 'report.json');
  const options = ['--vcs-enabled=false', '--reporter=sarif', `--reporter-file=${report}`];
  try {
    execFileSync(biome, ['lint', ...options, file], { cwd: directory, stdio: 'pipe' });
  } catch {
    // Biome ends with an error where it refuses something: the report has it.
  }
  const { runs } = z.parse(sarif, JSON.parse(await readFile(report, 'utf8')));
  return runs
    .flatMap(({ results }) => results)
    .filter(({ ruleId }) => ruleId === 'lint/style/noRestrictedGlobals')
    .map(({ locations }) => locations[0]!.physicalLocation.region.startLine);
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sparse-fanout-purity-'));
  await cp(path.join(root, 'biome.json'), path.join(directory, 'biome.json'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('Biome', () => {
  it('refuses core every global that reads a clock or the environment, waits or prints', async () => {
    const lines = await refusedLines('core/bytes/planted.ts', IMPURE.join('\n'));
    expect(lines).toEqual(IMPURE.map((_, index) => index + 1));
  });

  it('accepts them outside of core', async () => {
    expect(await refusedLines('cli/planted.ts', IMPURE.join('\n'))).toEqual([]);
  });
});

function plant(file: string, line: string): readonly string[] {
  return checkClock({ file, text: `/** Why. */\n${line}\n` });
}

describe('the check for clock and randomness', () => {
  it.each([
    ['Date', 'const now = Date.now();'],
    ['Date', 'const now = new Date();'],
    ['Date', 'const now = new Date;'],
    ['Date', 'const now = Date();'],
    ['Date', 'const Clock = Date;'],
    ['Date', 'const now = new (Date)();'],
    ['Math', 'const x = Math.random();'],
    ['Math', "const x = Math['random']();"],
    ['Math', 'const { random } = Math;'],
    ['crypto', 'const x = crypto.randomUUID();'],
    ['crypto', 'const x = crypto.getRandomValues(bytes);'],
  ])('refuses core a use of %s: %s', (name, line) => {
    expect(plant('core/bytes/planted.ts', line)).toEqual([
      expect.stringMatching(new RegExp(`^core/bytes/planted.ts:2 uses ${name}: core `)),
    ]);
  });

  it.each([
    'const day = new Date(0).toISOString();',
    'const most = Math.max(1, 2);',
    "const digest = crypto.subtle.digest('SHA-256', bytes);",
    'let day: Date;',
    'const x = record.Date;',
  ])('accepts in core: %s', (line) => {
    expect(plant('core/bytes/planted.ts', line)).toEqual([]);
  });

  it('accepts a clock outside of core', () => {
    expect(plant('cli/planted.ts', 'const now = Date.now();')).toEqual([]);
  });

  it('finds neither in core', () => {
    expect(readSourceFiles(root).flatMap(checkClock)).toEqual([]);
  });
});
