import { type CellOptions, implicitText, naText } from './implicit-text.ts';

/** The bytes of a chunk's text that do not depend on stored values. */
export interface FixedBytes {
  /**
   * Unstored cells, each with its delimiter, repeated to fill 32 KiB. Line ends if the matrix has
   * no columns.
   */
  readonly run: Uint8Array;
  /** Bytes of one unstored cell in `run`. */
  readonly unitBytes: number;
  /** An unstored cell with its line end. */
  readonly tail: Uint8Array;
  /** Text of a stored NaN. */
  readonly na: Uint8Array;
  readonly delimiter: number;
}

/** Small enough to stay in a core's cache. */
const RUN_BYTES = 32 * 1024;

function repeated(unit: Uint8Array): Uint8Array {
  const run = new Uint8Array(RUN_BYTES - (RUN_BYTES % unit.length));
  for (let at = 0; at < run.length; at += unit.length) run.set(unit, at);
  return run;
}

/** Makes the bytes that are the same in every row. They take 32 KiB for any number of columns. */
export function createFixedBytes(options: CellOptions): FixedBytes {
  const utf8 = new TextEncoder();
  const { delimiter } = options.dialect;
  const implicit = implicitText(options);
  const unit = utf8.encode(options.columns === 0 ? '\n' : implicit + delimiter);
  return {
    run: repeated(unit),
    unitBytes: unit.length,
    tail: utf8.encode(`${implicit}\n`),
    na: utf8.encode(naText(options)),
    delimiter: delimiter.charCodeAt(0),
  };
}
