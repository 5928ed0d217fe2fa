import type { PlanSummary } from '#core/run/plan-summary.ts';
import type { CallCounter, Calls } from '#support/call-counter.ts';
import type { LocalStack } from '#support/local-stack.ts';
import type { PlannedMatrix } from './matrices.ts';

/** What a prediction may be off by. */
const WITHIN = { text: 0.005, stored: { none: 0.005, gzip: 0.05 } } as const;

/** Small enough for several chunks, and large enough that text is streamed. */
const TARGETS = { none: 24 * 1024 ** 2, gzip: 48 * 1024 ** 2 } as const;

const MiB = 1024 ** 2;

/** Where plans are compared with runs. */
export interface Room {
  readonly stack: LocalStack;
  readonly counter: CallCounter;
  say(line: string): void;
}

/** Uploads the objects of a source. @returns their URIs */
async function put({ stack }: Room, { name, parts }: PlannedMatrix): Promise<readonly string[]> {
  const folder = name.replaceAll(/\W+/g, '-');
  const uris: string[] = [];
  for (const [at, part] of parts.entries()) {
    uris.push(await stack.putSource(`plan/${folder}/${at}.part`, part));
  }
  return uris;
}

/** Requests that differ from the plan, by name. */
function unequal({ requests }: PlanSummary, before: Calls, after: Calls): readonly string[] {
  const names = Object.keys(after) as (keyof Calls)[];
  return names
    .filter((name) => requests[name] !== after[name] - before[name])
    .map((name) => `${name} ${after[name] - before[name]}, planned ${requests[name]}`);
}

const percent = (share: number) => `${(100 * share).toFixed(3)} %`;

/** Most memory of the writers so far. */
function peakOf({ stack }: Room): number {
  const writers = stack.cloud.processes().filter(({ functionName }) => /write/i.test(functionName));
  return Math.max(...writers.map(({ peakRssBytes }) => peakRssBytes));
}

async function proveOnce(
  room: Room,
  name: string,
  uris: readonly string[],
  compression: 'none' | 'gzip',
): Promise<boolean> {
  const { stack, counter, say } = room;
  const folder = `${name.replaceAll(/\W+/g, '-')}-${compression}`;
  const request = {
    source: uris.length === 1 ? uris[0] : { uris },
    output: { compression, uri: `s3://${stack.outputBucket}/${folder}/` },
    chunking: { targetBytes: TARGETS[compression] },
  };
  const dry = await stack.runToSuccess({ ...request, dryRun: true });
  const summary: PlanSummary = dry.output.summary;
  const before = counter.calls;
  const { totals } = (await stack.runToSuccess(request)).output;
  const wrong = unequal(summary, before, counter.calls);
  const text = summary.text.bytes / totals.contentBytes - 1;
  const stored = summary.stored.bytes / totals.bytes - 1;
  const peak = peakOf(room);
  const isRight =
    Math.abs(text) <= WITHIN.text &&
    Math.abs(stored) <= WITHIN.stored[compression] &&
    summary.chunks === totals.chunks &&
    wrong.length === 0 &&
    peak <= summary.lambda.peakBytes;
  const memory = `${Math.round(peak / MiB)} of ${Math.round(summary.lambda.peakBytes / MiB)} MiB`;
  say(
    `${isRight ? 'right' : 'WRONG'}  ${name}, ${compression}: ${totals.chunks} chunks; text ${percent(text)}, stored ${percent(stored)}; ${wrong.length === 0 ? `${summary.requests.gets} GETs and all others as planned` : wrong.join(', ')}; memory ${memory}`,
  );
  return isRight;
}

/** Compares the plans of a matrix, plain and gzip, with what runs took. */
export async function proveMatrix(room: Room, matrix: PlannedMatrix): Promise<boolean> {
  const uris = await put(room, matrix);
  const plain = await proveOnce(room, matrix.name, uris, 'none');
  return (await proveOnce(room, matrix.name, uris, 'gzip')) && plain;
}
