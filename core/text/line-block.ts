/** Whole lines of a text: `bytes[start]` begins a line and `bytes[end - 1]` is a newline. */
export interface LineBlock {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Exclusive; greater than `start`. */
  readonly end: number;
  /** Offset of `bytes[start]` in the text. */
  readonly offset: number;
}
