import type { ByteSource } from '#core/bytes/byte-source.ts';
import { type CsvKernel, type CsvShape, takeCsvKernel } from './csv-kernel.ts';

/** Sizes of the windows; tests use small ones. */
export interface CutWindows {
  /** Bytes of the first window. @default 64 KiB: some hundred records */
  readonly firstBytes?: number;
  /** Bytes of the largest window. @default 4 MiB, the longest record */
  readonly maxBytes?: number;
}

/** Each window is so many times the one before. */
const GROWTH = 4;

/** What one hypothesis makes of a window. */
interface Reading {
  /** Offset of the first record that begins in the window; undefined if none does. */
  readonly cut: number | undefined;
  /** Whole records of the right shape behind it. */
  readonly records: number;
}

/** A window of a text that begins anywhere. */
interface Window {
  readonly bytes: Uint8Array;
  /** True if the text ends with it. */
  readonly isEnd: boolean;
}

/** Returns undefined if the hypothesis contradicts the window. */
function readAs(
  isInside: boolean,
  { bytes, isEnd }: Window,
  kernel: CsvKernel,
  shape: CsvShape,
): Reading | undefined {
  kernel.startFragment(shape, isInside);
  for (let at = 0; at < bytes.length; at += kernel.pieceBytes) {
    const piece = bytes.subarray(at, at + kernel.pieceBytes);
    const isLast = at + piece.length === bytes.length;
    if (kernel.scan(piece, isLast) !== undefined) return undefined;
  }
  const { cutOffset } = kernel;
  if (isEnd && kernel.finish() !== undefined) return undefined;
  return { cut: cutOffset === 0 ? undefined : cutOffset, records: kernel.records };
}

/**
 * Chooses between the two hypotheses. One that whole records speak for wins over one that sees no
 * record at all: every window without quotes could be the text of one long field.
 */
function choose(outside: Reading | undefined, inside: Reading | undefined): number | undefined {
  if (outside !== undefined && inside !== undefined) {
    if (inside.records === 0 && outside.records > 0) return outside.cut;
    return outside.records === 0 && inside.records > 0 ? inside.cut : undefined;
  }
  return (outside ?? inside)?.cut;
}

/**
 * Finds the first record of a CSV text that begins at `at` or behind it, by a window of the text
 * that begins one byte earlier: read as if that byte were outside of quotes, and as if it were
 * within. Only one of these gives records with the right number of fields and quotes that open and
 * close fields. If both do, the window grows. {@link proveCsv} of the slices proves the cut.
 *
 * One read of 64 KiB for most texts, at most 5.3 MiB in four; 5 MiB of memory.
 *
 * @param source the text, inflated if need be.
 * @param at `0 < at <= source.size`; behind the header.
 * @returns the offset, or the size of the text if no record begins there; undefined if that
 * is not clear; then cut elsewhere.
 * @throws {UnsupportedSourceError} the engine has no WebAssembly.
 */
export async function findCut(
  source: ByteSource,
  at: number,
  shape: CsvShape,
  { firstBytes = 64 * 1024, maxBytes = 4 * 1024 * 1024 }: CutWindows = {},
): Promise<number | undefined> {
  const offset = at - 1;
  const kernel = takeCsvKernel();
  try {
    for (let wanted = firstBytes; wanted <= maxBytes; wanted *= GROWTH) {
      const length = Math.min(wanted, source.size - offset);
      const bytes = await source.read({ offset, length });
      const window = { bytes, isEnd: offset + length === source.size };
      const outside = readAs(false, window, kernel, shape);
      const inside = shape.format.quote === '' ? undefined : readAs(true, window, kernel, shape);
      const cut = choose(outside, inside);
      if (cut !== undefined) return offset + cut;
      if (outside === undefined && inside === undefined) return undefined;
      if (window.isEnd)
        return outside === undefined || inside === undefined ? source.size : undefined;
    }
    return undefined;
  } finally {
    kernel.close();
  }
}
