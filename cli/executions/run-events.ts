import * as z from 'zod/mini';
import type { StageFigures, StageProgress } from '#cli/frame/progress-meter.ts';
import type { RunState } from './run-watcher.ts';

const count = z.int().check(z.minimum(0));
const nullableCount = z.nullable(count);
const text = z.string();
const nullableText = z.nullable(text);
const seconds = z.number().check(z.minimum(0));
const nullableSeconds = z.nullable(seconds);

const started = z.strictObject({
  event: z.literal('started'),
  executionArn: text,
  /** This and the next are null as long as the run is not planned; `progress` says them then. */
  runId: nullableText,
  chunks: nullableCount,
  predicted: z.nullable(z.strictObject({ bytes: nullableCount, seconds: nullableSeconds })),
});

const progress = z.strictObject({
  event: z.literal('progress'),
  /** What is done now: `planning`, `staging`, `writing`, `verifying` and so on. */
  phase: text,
  runId: nullableText,
  /** Of the items of the phase: chunks, or jobs where a source is prepared. */
  done: count,
  running: count,
  failed: count,
  total: count,
  /** Expected bytes of the chunks that are done. */
  bytes: nullableCount,
  bytesPerSecond: nullableCount,
  etaSeconds: nullableSeconds,
  /** The chunk that has been written longest, looked for every half minute. */
  slowest: z.nullable(z.strictObject({ chunk: nullableCount, seconds, tries: count })),
  /** ISO 8601. */
  at: text,
});

const failure = z.strictObject({
  event: z.literal('failure'),
  chunk: nullableCount,
  name: text,
  message: text,
});

const object = z.nullable(z.record(z.string(), z.unknown()));

/** Where an execution is, for programs: the last line of `--json`, and what `status` prints. */
const resultFields = {
  status: text,
  executionArn: text,
  /** What it does now, or did last. */
  phase: text,
  runId: nullableText,
  /** URI of the output; null where none is claimed. */
  output: nullableText,
  manifest: nullableText,
  /** Why there is no new manifest: `complete`, `dry-run`, `waiting`; null otherwise. */
  decision: nullableText,
  /** Chunks of the run; null as long as it is not planned. */
  chunks: nullableCount,
  done: count,
  running: count,
  failed: count,
  /** Sums of all generations of the output; null as long as there is no manifest. */
  totals: object,
  /** Of a dry run: what the plan promises. */
  summary: object,
  seconds,
  error: z.nullable(z.strictObject({ name: text, message: text })),
};

const result = z.strictObject({ event: z.literal('result'), ...resultFields });

/**
 * A line of `run --json` and `watch --json`: `started`, then `progress` as often as is looked, a
 * `failure` for each of the first chunks that failed, and `result` last. A program ignores fields
 * that it does not know.
 *
 * @see docs/run-events.schema.json
 */
export const runEvent = z.discriminatedUnion('event', [started, progress, failure, result]);

export type RunEvent = Readonly<z.infer<typeof runEvent>>;

/** Where an execution is. */
export type RunResult = Readonly<Omit<z.infer<typeof result>, 'event'>>;

const WRITING: ReadonlySet<string> = new Set(['writing', 'loading']);

function notesOf({ counts, slowest }: RunState): readonly string[] {
  const { failed, redrives } = counts;
  const tried = slowest !== undefined && slowest.tries > 1 ? `, try ${slowest.tries}` : '';
  const which = slowest?.chunk == null ? '' : ` #${slowest.chunk}`;
  return [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(redrives > 0 ? [`redrive ${redrives}`] : []),
    ...(slowest === undefined ? [] : [`slowest${which} ${slowest.seconds} s${tried}`]),
  ];
}

/** What a state of an execution shows as its stage. */
export function stageOf(state: RunState): StageProgress {
  const { view, counts } = state;
  const { title, items, planned, mapRunArn } = view;
  const isWriting = WRITING.has(title);
  const total = mapRunArn === undefined ? 0 : items;
  const share = total === 0 ? 0 : counts.done / total;
  const bytes = planned?.bytes;
  return {
    title,
    unit: isWriting ? 'chunks' : 'jobs',
    done: counts.done,
    total,
    ...(isWriting && bytes != null && { bytes: Math.round(bytes * share) }),
    notes: notesOf(state),
  };
}

/** The first line, about an execution as it was seen first. */
export function startedEvent(executionArn: string, { view }: RunState): RunEvent {
  const { planned } = view;
  return {
    event: 'started',
    executionArn,
    runId: planned?.runId ?? null,
    chunks: planned?.chunks ?? null,
    predicted: planned === undefined ? null : { bytes: planned.bytes, seconds: planned.seconds },
  };
}

/** A line about how far an execution is. @param at ISO 8601 */
export function progressEvent(state: RunState, figures: StageFigures, at: string): RunEvent {
  const { view, counts, slowest } = state;
  const { done, total, bytes } = stageOf(state);
  const { bytesPerSecond, etaSeconds } = figures;
  return {
    event: 'progress',
    phase: view.title,
    runId: view.planned?.runId ?? null,
    done,
    running: counts.running,
    failed: counts.failed,
    total,
    bytes: bytes ?? null,
    bytesPerSecond: bytesPerSecond === null ? null : Math.round(bytesPerSecond),
    etaSeconds: etaSeconds === null ? null : Math.round(etaSeconds),
    slowest: slowest ?? null,
    at,
  };
}
