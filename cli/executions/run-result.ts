import { formatBytes, formatCount } from '#cli/frame/format-figures.ts';
import { clockText } from '#cli/frame/progress-line.ts';
import { OUTPUT_FOLDERS } from '#core/contract.ts';
import type { RunResult } from './run-events.ts';
import type { RunState } from './run-watcher.ts';

/** What an execution's output may say. */
interface EndedOutput {
  readonly decision?: string;
  readonly runId?: string;
  readonly manifest?: string;
  readonly totals?: Readonly<Record<string, unknown>>;
  readonly summary?: Readonly<Record<string, unknown>> | null;
}

/** Phases in which all chunks are written. */
const AFTER_WRITING: ReadonlySet<string> = new Set(['publishing', 'verifying']);

function outputOf({ view }: RunState): EndedOutput {
  const parsed: unknown = JSON.parse(view.output ?? 'null');
  return (parsed ?? {}) as EndedOutput;
}

function secondsOf({ view }: RunState, now: Date): number {
  const { startedAt, seenAt, status } = view;
  const end = status === 'RUNNING' ? now : seenAt;
  return startedAt === undefined || end === undefined
    ? 0
    : (Number(end) - Number(startedAt)) / 1000;
}

/** URI of the output that a manifest lies in, such as that of a run that was complete already. */
function outputOfManifest(manifest: string | undefined): string | undefined {
  return manifest?.slice(0, manifest.lastIndexOf(OUTPUT_FOLDERS.manifest));
}

/** What became of an execution so far. @param now for the seconds of one that still runs */
export function runResult(executionArn: string, state: RunState, now: Date): RunResult {
  const { view, counts } = state;
  const { planned, status, title, error } = view;
  const { decision, runId, manifest, totals, summary } = outputOf(state);
  const isWritten = status === 'SUCCEEDED' || AFTER_WRITING.has(title);
  return {
    ...{ status, executionArn, phase: title },
    runId: runId ?? planned?.runId ?? null,
    output: planned?.output ?? outputOfManifest(manifest) ?? null,
    manifest: manifest ?? null,
    decision: decision ?? null,
    chunks: planned?.chunks ?? null,
    // Of no Map Run there are no counts.
    done: isWritten ? (planned?.chunks ?? 0) : counts.done,
    running: counts.running,
    failed: counts.failed,
    totals: totals ?? null,
    summary: summary ?? null,
    seconds: Math.round(secondsOf(state, now)),
    error: error ?? null,
  };
}

function howItEnded({ status, decision }: RunResult): string {
  if (decision === 'complete') return 'complete already: nothing new was written';
  if (decision === 'dry-run') return 'a dry run: nothing was written';
  return decision === 'waiting' ? 'nothing of the inbox is due yet' : status.toLowerCase();
}

/** The same for people, line by line. */
export function resultLines(result: RunResult): readonly string[] {
  const { runId, status, phase, chunks, done, running, failed, totals, error } = result;
  const { bytes } = (totals ?? {}) as { readonly bytes?: number };
  const isOn = status === 'RUNNING';
  const counted = [
    ...(isOn ? [`${formatCount(running)} running`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(bytes === undefined ? [] : [`${formatBytes(bytes)} in the output`]),
  ].join(', ');
  const of = chunks === null ? '' : `${formatCount(done)} of ${formatCount(chunks)}`;
  return [
    `run        ${runId ?? 'not planned'}`,
    `execution  ${result.executionArn.split(':').at(-1)}, ${isOn ? phase : howItEnded(result)}`,
    ...(chunks === null ? [] : [`chunks     ${[of, counted].filter(Boolean).join(', ')}`]),
    ...(result.output === null ? [] : [`output     ${result.output}`]),
    ...(result.manifest === null ? [] : [`manifest   ${result.manifest}`]),
    `time       ${clockText(result.seconds)}`,
    ...(error === null ? [] : [`error      ${error.name}: ${error.message}`]),
  ];
}
