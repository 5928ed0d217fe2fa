/** Whole lines of a text: `bytes[start]` begins a line and `bytes[end - 1]` is a newline. */
export interface LineBlock {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Above `start`. */
  readonly end: number;
  /** Where `bytes[start]` lies in the text. */
  readonly offset: number;
}
