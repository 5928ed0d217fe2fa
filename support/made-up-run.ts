import type { AuditedTry } from '#aws/ledger-audit.ts';
import { RunAudit } from '#cli/report/run-audit.ts';
import type { RunRecord } from '#cli/report/run-record.ts';
import { createRandom } from './seeded-random.ts';

const START = Date.UTC(2026, 10, 29, 10);

/** Writers at once. */
const WRITERS = 500;

const CHUNK_BYTES = 512 * 1024 ** 2;

/** A run that nobody has made. */
export interface MadeUpRun {
  readonly chunks: number;
  /** One chunk of so many is tried again, after a try that failed. @default 50 */
  readonly failsOneOf?: number;
  /** Name and message of each error. @default a throttle */
  readonly error?: { readonly name: string; readonly message: string };
}

const THROTTLE = { name: 'ThrottledError', message: 'S3 asked to slow down' };

/** When each try began and ended, milliseconds after the start. */
interface Span {
  readonly from: number;
  readonly to: number;
}

function triedAt(index: number, attempt: number, { from, to }: Span): AuditedTry {
  return {
    ...{ index, attempt, started: new Date(START + from).toISOString() },
    finished: new Date(START + to).toISOString(),
    ...{ rssMiB: 120 + (index % 40), isCold: index < WRITERS },
    ...{ readMs: (to - from) / 4, encodeMs: (to - from) / 2, sendMs: (to - from) * 0.75 },
  };
}

/** What the ledger would have of a run of so many chunks, 500 at once, each about eight seconds. */
export function madeUpAudit({ chunks, failsOneOf = 50, error = THROTTLE }: MadeUpRun): RunAudit {
  const random = createRandom(7);
  const audit = new RunAudit();
  const free = new Float64Array(Math.min(WRITERS, chunks));
  for (let index = 0; index < chunks; index += 1) {
    const writer = index % free.length;
    const isRetried = index % failsOneOf === failsOneOf - 1;
    let from = Math.max(free[writer]!, index * 10);
    if (isRetried) {
      const failed = triedAt(index, 1, { from, to: from + 2_000 });
      audit.try({ ...failed, outcome: error.name, message: error.message });
      from += 2_500;
    }
    const to = from + 6_000 + 4_000 * random.next() ** 3 * (1 + random.next());
    const tries = isRetried ? 2 : 1;
    const last = triedAt(index, tries, { from, to });
    audit.try({ ...last, outcome: 'done' });
    audit.chunk({
      ...{ index, planned: '', tries, status: 'done', started: last.started },
      ...{ finished: last.finished!, rows: 50_000 },
      ...{ bytes: CHUNK_BYTES * (0.9 + random.next() / 10), contentBytes: CHUNK_BYTES },
    });
    free[writer] = to + 100;
  }
  return audit;
}

/** Dollars by service. */
function predictedUsd(chunks: number): Readonly<Record<string, number>> {
  const [lambda, stepFunctions, s3] = [chunks * 0.00006, chunks * 0.00005, chunks * 0.00001];
  return { lambda, stepFunctions, s3, dynamoDb: 0, logs: 0, total: chunks * 0.00012 };
}

/** The record of a made-up run that is complete. */
export function madeUpRecord(run: MadeUpRun): RunRecord {
  const audit = madeUpAudit(run);
  const { chunks } = run;
  const bytes = audit.chunks.column('bytes').reduce((sum, each) => sum + each, 0);
  const rows = 50_000 * chunks;
  const contentBytes = CHUNK_BYTES * chunks;
  return {
    runId: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
    generation: 1,
    output: 's3://lake/counts/',
    source: 's3://incoming/counts.npz',
    kind: 'matrix',
    starts: {
      firstStarted: new Date(START - 4_000).toISOString(),
      lastStarted: new Date(START - 4_000).toISOString(),
      lastExecution: 'arn:aws:states:us-east-1:000000000000:execution:SparseFanout:first',
    },
    execution: {
      arn: 'arn:aws:states:us-east-1:000000000000:execution:SparseFanout:first',
      ...{
        status: 'SUCCEEDED',
        startedMs: START - 4_000,
        stoppedMs: START + 3_600_000,
        redrives: 0,
      },
    },
    manifest: { chunks, rows, bytes, contentBytes, crc32: '5d8e7553', isOwn: true },
    plan: {
      ...{ chunks, rows, textBytes: contentBytes * 1.001, storedBytes: bytes * 0.98 },
      ...{ seconds: 14 + chunks / 60, usd: predictedUsd(chunks) },
    },
    ...{ planned: chunks, audit, unread: [], readMs: START + 3_600_000 },
  };
}
