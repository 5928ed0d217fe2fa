/** Vitest kept warm in this process: runs test files with one file of core replaced in memory. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createVitest,
  type Reporter,
  type TestCase,
  type TestModule,
  type TestSequencer,
  type TestSpecification,
  type Vitest,
} from 'vitest/node';
import { countCalls } from './count-calls.ts';
import { applyChange } from './find-mutants.ts';
import { ROOT } from './import-graph.ts';
import type { Change } from './operators.ts';

/** What of core one test ran, and for how long. */
interface TestHits {
  readonly id: string;
  readonly milliseconds: number;
  readonly hits: readonly string[];
}

/** How one test file ended. */
export interface FileEnd {
  readonly testFile: string;
  /** Milliseconds to load it. */
  readonly milliseconds: number;
  /** The first error, or undefined where every test passed. */
  readonly error: string | undefined;
  /** What of core ran outside of its tests, and in each of them; only if this was asked for. */
  readonly hits: readonly string[];
  readonly tests: readonly TestHits[];
}

/** A test file, or some of its tests. */
export interface Choice {
  readonly testFile: string;
  readonly testIds?: readonly string[] | undefined;
  /** Milliseconds that they usually take. */
  readonly milliseconds: number;
}

/** What the tests are run with: a changed file of core, or a core that records what runs. */
export type Swap = { readonly file: string; readonly change: Change } | 'count-calls';

/** Called when test files begin and end. */
export interface Listener {
  onBegin(testFile: string): void;
  onEnd(end: FileEnd): void;
}

const SETUP = fileURLToPath(import.meta.resolve('./note-hits.ts'));

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function hitsOf(noted: TestModule | TestCase): readonly string[] {
  const { hits } = noted.meta() as { readonly hits?: unknown };
  return Array.isArray(hits) ? hits.filter(isText) : [];
}

function testsOf(module: TestModule): TestHits[] {
  return [...module.children.allTests()].map((test) => ({
    id: test.id,
    milliseconds: Math.ceil(test.diagnostic()?.duration ?? 0),
    hits: hitsOf(test),
  }));
}

function firstError(module: TestModule): string | undefined {
  const failed = [...module.children.allTests('failed')].flatMap((test) => test.result().errors);
  const suites = [...module.children.allSuites()].flatMap((suite) => suite.errors());
  const [error] = [...(failed ?? []), ...suites, ...module.errors()];
  if (error !== undefined) return error.message.split('\n', 1)[0] ?? '';
  return module.state() === 'failed' ? 'failed' : undefined;
}

function relative(file: string): string {
  return path.relative(ROOT, file);
}

function reporterOf(listener: Listener, isCounting: boolean): Reporter {
  return {
    onTestModuleQueued: (module) => listener.onBegin(relative(module.moduleId)),
    onTestModuleEnd: (module) =>
      listener.onEnd({
        testFile: relative(module.moduleId),
        milliseconds: Math.ceil(module.diagnostic().collectDuration),
        error: firstError(module),
        hits: hitsOf(module),
        tests: isCounting ? testsOf(module) : [],
      }),
  };
}

/** Keeps test files in the order in which they are asked for. */
class AsAsked implements TestSequencer {
  sort(files: TestSpecification[]): TestSpecification[] {
    return files;
  }

  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
}

/** Runs tests in this process, whose modules stay transformed from one run to the next. */
export class VitestHost {
  readonly #vitest: Vitest;
  readonly #swap: { current: Swap | undefined };

  private constructor(vitest: Vitest, swap: { current: Swap | undefined }) {
    this.#vitest = vitest;
    this.#swap = swap;
  }

  /** @param isCounting whether each test file loads core anew, and what it runs is noted. */
  static async start(listener: Listener, isCounting: boolean): Promise<VitestHost> {
    const swap: { current: Swap | undefined } = { current: undefined };
    const vitest = await createVitest(
      'test',
      {
        root: ROOT,
        watch: false,
        maxWorkers: 1,
        isolate: isCounting,
        pool: 'threads',
        bail: isCounting ? 0 : 1,
        setupFiles: isCounting ? [SETUP] : [],
        reporters: [reporterOf(listener, isCounting)],
        fsModuleCache: false,
        sequence: { sequencer: AsAsked },
      },
      {
        plugins: [
          {
            name: 'swap',
            enforce: 'pre',
            transform: (text, id) => {
              const file = relative(id);
              const current = swap.current;
              if (current === 'count-calls')
                return file.startsWith('core/') ? countCalls(file, text) : undefined;
              return current?.file === file ? applyChange(text, current.change) : undefined;
            },
          },
        ],
      },
    );
    await vitest.standalone();
    return new VitestHost(vitest, swap);
  }

  /** Runs tests in their order until one fails. */
  async run(choices: readonly Choice[], swap: Swap): Promise<void> {
    this.#swap.current = swap;
    if (swap !== 'count-calls') this.#vitest.invalidateFile(path.join(ROOT, swap.file));
    const project = this.#vitest.getRootProject();
    const specifications = choices.map(({ testFile, testIds }) =>
      project.createSpecification(
        path.join(ROOT, testFile),
        testIds === undefined ? undefined : { testIds: [...testIds] },
      ),
    );
    await this.#vitest.runTestSpecifications(specifications);
    if (swap !== 'count-calls') this.#vitest.invalidateFile(path.join(ROOT, swap.file));
    this.#swap.current = undefined;
  }
}
