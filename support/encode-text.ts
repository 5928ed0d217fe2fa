import { createCsvEncoder } from '#core/outputs/csv/csv-encoder.ts';
import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';

/** What to encode, and into which buffers. */
export interface EncodeOptions extends CellOptions {
  /** Sizes of the part buffers, used in turn. */
  readonly partBytes?: readonly number[];
  readonly names?: Iterable<string>;
}

/** Encodes slices as a writer does; returns the parts, each of them copied. */
export function encodeParts(slices: Iterable<CsrSlice>, options: EncodeOptions): Uint8Array[] {
  const { partBytes = [4096], names, ...cells } = options;
  const parts: Uint8Array[] = [];
  const nextBuffer = () => new Uint8Array(partBytes[parts.length % partBytes.length]!).fill(0x7e);
  const encoder = createCsvEncoder({ ...cells, buffer: nextBuffer() });
  const drain = (generator: Generator<Uint8Array, void, Uint8Array>) => {
    for (let step = generator.next(); step.done !== true; step = generator.next(nextBuffer())) {
      parts.push(step.value);
    }
  };
  if (names !== undefined) drain(encoder.header(names));
  for (const slice of slices) drain(encoder.encode(slice));
  return [...parts, encoder.finish()];
}

/** Encodes slices into one text. */
export function encodeText(slices: Iterable<CsrSlice>, options: EncodeOptions): string {
  return Buffer.concat(encodeParts(slices, options)).toString('utf8');
}
