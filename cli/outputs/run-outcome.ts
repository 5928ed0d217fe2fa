import { formatBytes, formatCount, formatSeconds } from '#cli/frame/format-figures.ts';
import type { Manifest } from '#core/manifest/manifest.ts';

/** How a run ended. */
export interface RunOutcome {
  readonly manifest: Pick<Manifest, 'runId' | 'totals'>;
  /** False when an earlier run has written everything. */
  readonly isNew: boolean;
  /** Rows of the source that were taken, if not all. */
  readonly sample: number | undefined;
}

/** A run of a part must not be taken for one of the whole. */
function sampleLine(sample: number): string {
  return `sample   the first ${formatCount(sample)} rows of the source alone: a test run`;
}

/** How a run ended, for programs. */
export function outcomeSummary(
  { manifest, isNew, sample }: RunOutcome,
  out: string,
  milliseconds: number,
): object {
  const { runId, totals } = manifest;
  const seconds = Math.round(milliseconds) / 1000;
  const taken = sample === undefined ? {} : { sample };
  return { runId, out, isNew, ...taken, ...totals, seconds };
}

/** The same for people, line by line. */
export function outcomeLines(
  { manifest, isNew, sample }: RunOutcome,
  out: string,
  milliseconds: number,
): readonly string[] {
  const { runId, totals } = manifest;
  const { rows, chunks, bytes, crc32 } = totals;
  const known = isNew ? '' : ', complete already: nothing new was written';
  const taken = sample === undefined ? [] : [sampleLine(sample)];
  return [
    `run      ${runId}${known}`,
    ...taken,
    `rows     ${formatCount(rows)}`,
    `chunks   ${formatCount(chunks)}, ${formatBytes(bytes)}`,
    `CRC-32   ${crc32} of all chunks in order`,
    `output   ${out}`,
    `time     ${formatSeconds(milliseconds)}`,
  ];
}
