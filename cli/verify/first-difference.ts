/** Reads a text in pieces of any length, so that it can be compared with a text of other pieces. */
class Walk {
  readonly #pieces: AsyncIterator<Uint8Array>;
  rest: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Reads until `rest` has bytes or the text ends. */
  async fill(): Promise<void> {
    while (this.rest.length === 0) {
      const step = await this.#pieces.next();
      if (step.done === true) return;
      this.rest = step.value;
    }
  }
}

/** Offset of the first byte in which two texts differ; undefined when they are equal. */
export async function firstDifference(
  text: AsyncIterable<Uint8Array>,
  expected: AsyncIterable<Uint8Array>,
): Promise<number | undefined> {
  const [one, other] = [new Walk(text), new Walk(expected)];
  for (let offset = 0; ; ) {
    await one.fill();
    await other.fill();
    const length = Math.min(one.rest.length, other.rest.length);
    if (length === 0) return one.rest.length === other.rest.length ? undefined : offset;
    const [left, right] = [one.rest.subarray(0, length), other.rest.subarray(0, length)];
    if (Buffer.compare(left, right) !== 0) {
      return offset + left.findIndex((byte, index) => byte !== right[index]);
    }
    one.rest = one.rest.subarray(length);
    other.rest = other.rest.subarray(length);
    offset += length;
  }
}
