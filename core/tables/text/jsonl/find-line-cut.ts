import type { ByteSource } from '#core/bytes/byte-source.ts';

/** Most bytes of a line, and so of a search. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** Bytes of the first read; each further one is four times as long. */
const FIRST_BYTES = 64 * 1024;

const LF = 0x0a;

/**
 * Finds the first line of a text of JSON that begins at `at` or behind it: JSON has line feeds
 * between its values only.
 *
 * One read of 64 KiB for most texts, at most 5.3 MiB in four.
 *
 * @param source the text, inflated if need be.
 * @param at `0 < at <= source.size`.
 * @returns the offset, or the size of the text if no line begins there; undefined if no line
 * ends in 4 MiB.
 */
export async function findLineCut(source: ByteSource, at: number): Promise<number | undefined> {
  let offset = at - 1;
  for (let wanted = FIRST_BYTES; wanted <= MAX_LINE_BYTES; wanted *= 4) {
    const length = Math.min(wanted, source.size - offset);
    const feed = (await source.read({ offset, length })).indexOf(LF);
    if (feed !== -1) return offset + feed + 1;
    offset += length;
    if (offset === source.size) return source.size;
  }
  return undefined;
}
