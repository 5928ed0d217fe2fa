import { formatCount, namedChunks } from '#cli/frame/format-figures.ts';
import { type RunAudit, TRY_OUTCOME } from './run-audit.ts';

/** What the trail is compared with. */
interface Expected {
  /** Chunks of the plan; undefined where it could not be read. */
  readonly planned: number | undefined;
  /** Whether writers may be at work. */
  readonly isRunning: boolean;
}

/** Tries that are recorded of each chunk, and chunks of which one has not ended. */
interface RecordedTries {
  readonly counts: ReadonlyMap<number, number>;
  readonly unfinished: number;
  readonly undated: number;
}

function countTries({ tries }: RunAudit): RecordedTries {
  const counts = new Map<number, number>();
  let unfinished = 0;
  let undated = 0;
  const indices = tries.column('index');
  const outcomes = tries.column('outcome');
  const starts = tries.column('started');
  for (let at = 0; at < tries.length; at += 1) {
    counts.set(indices[at]!, (counts.get(indices[at]!) ?? 0) + 1);
    if (outcomes[at] === TRY_OUTCOME.unfinished) unfinished += 1;
    if (Number.isNaN(starts[at]!)) undated += 1;
  }
  return { counts, unfinished, undated };
}

function unrecordedSentence(audit: RunAudit, { counts }: RecordedTries): string | undefined {
  const indices = audit.chunks.column('index');
  const started = audit.chunks.column('tries');
  const lacking: number[] = [];
  let lost = 0;
  for (let at = 0; at < audit.chunks.length; at += 1) {
    const missing = started[at]! - (counts.get(indices[at]!) ?? 0);
    if (missing <= 0) continue;
    lost += missing;
    lacking.push(indices[at]!);
  }
  if (lost === 0) return undefined;
  const what = lost === 1 ? '1 try is' : `${formatCount(lost)} tries are`;
  return `${what} counted but not recorded (${namedChunks(lacking.sort((a, b) => a - b))}): a writer was killed between its two writes.`;
}

function orphanSentence(audit: RunAudit, { counts }: RecordedTries): string | undefined {
  const known = new Set(audit.chunks.column('index'));
  const orphans = [...counts.keys()].filter((index) => !known.has(index)).sort((a, b) => a - b);
  if (orphans.length === 0) return undefined;
  return `Tries are recorded of ${namedChunks(orphans)}, but no state of them.`;
}

function unstartedSentence({ chunks }: RunAudit, expected: Expected): string | undefined {
  const { planned, isRunning } = expected;
  if (isRunning) return undefined;
  if (planned === undefined)
    return 'The plan could not be read, so chunks that were never started are not counted.';
  const missing = planned - chunks.length;
  if (missing <= 0) return undefined;
  return `${formatCount(missing)} of ${formatCount(planned)} planned chunks have no record: they were never started, or their items have expired.`;
}

function unfinishedSentence({ unfinished }: RecordedTries, isRunning: boolean): string | undefined {
  if (unfinished === 0) return undefined;
  const why = isRunning ? 'it runs, or its writer was killed' : 'its writer was killed';
  return `Tries without an end: ${formatCount(unfinished)}. Of each ${why}.`;
}

/** What the ledger should have of a run and has not, one sentence each. */
export function auditHoles(audit: RunAudit, expected: Expected): readonly string[] {
  const tries = countTries(audit);
  const undated =
    tries.undated === 0
      ? undefined
      : `Tries without a date that can be read: ${formatCount(tries.undated)}. They are not drawn.`;
  return [
    unstartedSentence(audit, expected),
    unrecordedSentence(audit, tries),
    orphanSentence(audit, tries),
    unfinishedSentence(tries, expected.isRunning),
    undated,
  ].filter((sentence) => sentence !== undefined);
}
