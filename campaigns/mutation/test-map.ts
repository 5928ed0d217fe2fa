/** Which functions of core each test file runs: counted once, and again where its files change. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digestOf, loadedBy, ROOT } from './import-graph.ts';
import { WorkerProcess } from './worker-process.ts';

/** What a test file runs, and how long it takes. */
export interface TestFile {
  readonly testFile: string;
  readonly milliseconds: number;
  readonly hits: ReadonlySet<string>;
}

interface Kept {
  readonly digest: string;
  readonly milliseconds: number;
  readonly hits: readonly string[];
  readonly error?: string | undefined;
}

const CACHE = path.join(ROOT, 'node_modules/.cache/mutation/test-map.json');

/** Tests of core, then of what is built on it; those that deploy the whole stack are left out. */
const TESTS = 'test/{core,aws,lambdas,cli}/**/*.test.ts';

/** No test file takes as long, changed or not. */
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

/** Runs test files one after the other, each loading core anew, and notes what they call. */
async function count(take: () => string | undefined, note: (file: string, kept: Kept) => void) {
  let worker: WorkerProcess | undefined;
  for (let testFile = take(); testFile !== undefined; testFile = take()) {
    worker ??= await WorkerProcess.start('count-calls');
    const run = { testFiles: [testFile], swap: 'count-calls' } as const;
    const { ends, lost } = await worker.run(run, () => LIMIT_MILLISECONDS);
    const [end] = ends;
    if (lost !== undefined) worker = undefined;
    const { milliseconds = 0, hits = [], error = lost ?? 'it has no tests' } = end ?? {};
    note(testFile, {
      digest: digestOf(loadedBy(testFile)),
      milliseconds,
      hits,
      error: end === undefined ? error : end.error,
    });
  }
  worker?.kill();
}

/**
 * Finds out what each test file that loads one of `files` runs of core.
 *
 * @param onFailure hears of test files that fail without any change; they are left out.
 */
export async function mapTests(
  files: ReadonlySet<string>,
  jobs: number,
  onFailure: (testFile: string, error: string) => void,
): Promise<TestFile[]> {
  const cache = readCache();
  const loads = (testFile: string) => [...loadedBy(testFile)].some((file) => files.has(file));
  const testFiles = globSync(TESTS, { cwd: ROOT }).filter(loads);
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
    const { milliseconds = 0, hits = [], error } = cache.get(testFile) ?? {};
    if (error === undefined) found.push({ testFile, milliseconds, hits: new Set(hits) });
    else onFailure(testFile, error);
  }
  return found;
}
