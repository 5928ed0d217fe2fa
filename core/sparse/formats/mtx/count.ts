import { CorruptSourceError } from '#core/errors.ts';
import { readTexts } from '#core/objects/read-texts.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import type { LineBlock } from '#core/text/line-block.ts';
import { NEWLINE } from '#core/text/text-cursor.ts';
import { readLines, type TextSource } from '#core/text/text-source.ts';
import type { MtxHeader } from './header.ts';

const SPACE = 0x20;

/** Name of the object with the count of a job. */
export function countName(job: number): string {
  return `count/${String(job).padStart(6, '0')}.txt`;
}

/** Number of lines that are not blank. */
function countLines({ bytes, start, end }: LineBlock): number {
  let lines = 0;
  let isBlank = true;
  for (let at = start; at < end; at++) {
    const code = bytes[at]!;
    if (code > SPACE) isBlank = false;
    else if (code === NEWLINE) {
      if (!isBlank) lines++;
      isBlank = true;
    }
  }
  return lines;
}

/** Counts the lines with entries of one job and writes their number below `count/`. */
export async function stageCount(
  text: TextSource,
  header: MtxHeader,
  job: number,
  { staged, signal }: { readonly staged: StageStore; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  let lines = 0;
  for await (const block of readLines(text, job, header.end)) {
    signal?.throwIfAborted();
    lines += countLines(block);
  }
  await staged.create(countName(job), [new TextEncoder().encode(String(lines))]);
}

/** @throws {CorruptSourceError} the number of lines with entries is not that of the header. */
export function assertLines({ uri }: TextSource, header: MtxHeader, found: number): void {
  if (found === header.lines) return;
  const more = found > header.lines ? 'more' : `only ${found}`;
  throw new CorruptSourceError(
    `${uri} announces ${header.lines} entries, but holds ${more}; it is damaged, copy or write it again`,
  );
}

/** Sums staged counts. The sum is NaN if one of them is damaged. */
export async function sumCounts(objects: Iterable<StagedObject>): Promise<number> {
  let sum = 0;
  for await (const lines of readTexts(objects)) sum += Number(lines);
  return sum;
}
