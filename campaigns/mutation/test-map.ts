/**
 * Which functions of core each test file runs: recorded once, and again when one of its files
 * changes.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digestOf, loadedBy, ROOT, textOfFile } from './import-graph.ts';
import type { FileEnd } from './vitest-host.ts';
import { WorkerProcess } from './worker-process.ts';

type Counted = Omit<FileEnd, 'testFile'>;

/** What a test runs, and how long it takes. */
interface Test {
  readonly id: string;
  readonly milliseconds: number;
  readonly hits: ReadonlySet<string>;
}

/** What a test file runs outside of its tests, and how long it takes to load. */
export interface TestFile {
  readonly testFile: string;
  readonly milliseconds: number;
  readonly hits: ReadonlySet<string>;
  readonly tests: readonly Test[];
}

/**
 * A test file as it is stored. What it runs is numbered, because many tests run the same functions.
 */
interface Kept {
  readonly digest: string;
  readonly milliseconds: number;
  readonly names: readonly string[];
  readonly hits: readonly number[];
  readonly tests: readonly (readonly [id: string, milliseconds: number, hits: readonly number[]])[];
  readonly error?: string | undefined;
}

const CACHE = path.join(ROOT, 'node_modules/.cache/mutation/test-map.json');

/** Tests of core, then of what uses core. Tests that deploy the whole stack are left out. */
const TESTS = 'test/{core,aws,lambdas,cli}/**/*.test.ts';

/** Starts the command line in a process of its own, where core is as it was. */
const OTHER_PROCESS = /\brunShell\(/;

/** No test file takes longer, whether core is changed or not. */
const LIMIT_MILLISECONDS = 600_000;

function readCache(): Map<string, Kept> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(CACHE, 'utf8'))));
  } catch {
    return new Map();
  }
}

function writeCache(kept: ReadonlyMap<string, Kept>): void {
  mkdirSync(path.dirname(CACHE), { recursive: true });
  writeFileSync(CACHE, JSON.stringify(Object.fromEntries(kept)));
}

function keep(digest: string, { milliseconds, hits, tests, error }: Counted): Kept {
  const numbers = new Map<string, number>();
  const numbered = (names: readonly string[]) =>
    names.map((name) => {
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return number;
    });
  return {
    digest,
    milliseconds,
    hits: numbered(hits),
    tests: tests.map((test) => [test.id, test.milliseconds, numbered(test.hits)]),
    names: [...numbers.keys()],
    error,
  };
}

function restore(testFile: string, { milliseconds, names, hits, tests }: Kept): TestFile {
  const named = (numbers: readonly number[]) => new Set(numbers.map((number) => names[number]!));
  return {
    testFile,
    milliseconds,
    hits: named(hits),
    tests: tests.map(([id, took, numbers]) => ({ id, milliseconds: took, hits: named(numbers) })),
  };
}

/** Runs test files one after the other, each with core loaded anew, and records what they call. */
async function count(take: () => string | undefined, note: (file: string, kept: Kept) => void) {
  let worker: WorkerProcess | undefined;
  for (let testFile = take(); testFile !== undefined; testFile = take()) {
    worker ??= await WorkerProcess.start('count-calls');
    const choices = [{ testFile, milliseconds: 0 }];
    const run = { choices, swap: 'count-calls' } as const;
    const { ends, lost } = await worker.run(run, () => LIMIT_MILLISECONDS);
    if (lost !== undefined) worker = undefined;
    const none = { milliseconds: 0, hits: [], tests: [], error: lost ?? 'it has no tests' };
    note(testFile, keep(digestOf(loadedBy(testFile)), ends[0] ?? none));
  }
  worker?.kill();
}

/**
 * Finds out which functions of core each test file runs that loads one of `files`.
 *
 * @param onFailure called for test files that fail without any change; they are left out.
 */
export async function mapTests(
  files: ReadonlySet<string>,
  jobs: number,
  onFailure: (testFile: string, error: string) => void,
): Promise<TestFile[]> {
  const cache = readCache();
  const mayNotice = (testFile: string) =>
    !OTHER_PROCESS.test(textOfFile(testFile)) &&
    [...loadedBy(testFile)].some((file) => files.has(file));
  const testFiles = globSync(TESTS, { cwd: ROOT }).filter(mayNotice);
  const isStale = (testFile: string) =>
    cache.get(testFile)?.digest !== digestOf(loadedBy(testFile)) ||
    cache.get(testFile)?.error !== undefined;
  const stale = testFiles.filter(isStale);
  const note = (testFile: string, kept: Kept) => {
    cache.set(testFile, kept);
    writeCache(cache);
  };
  await Promise.all(Array.from({ length: jobs }, () => count(() => stale.shift(), note)));
  const found: TestFile[] = [];
  for (const testFile of testFiles) {
    const kept = cache.get(testFile);
    if (kept === undefined) continue;
    if (kept.error === undefined) found.push(restore(testFile, kept));
    else onFailure(testFile, kept.error);
  }
  return found;
}
