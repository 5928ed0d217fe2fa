/** What a kernel exports that takes text in batches. */
export interface BatchExports {
  readonly memory: WebAssembly.Memory;
  readonly BATCH: WebAssembly.Global;
  inputEnd(): number;
  addInput(bytes: number): void;
}

/** Fills the input of a kernel up to a batch, behind what waits there of a record. */
export class BatchInput {
  readonly #exports: BatchExports;
  readonly #memory: Uint8Array<ArrayBuffer>;
  /** Bytes that the batch under way has room for. */
  #room = 0;

  constructor(exports: BatchExports) {
    this.#exports = exports;
    this.#memory = new Uint8Array(exports.memory.buffer);
    this.begin();
  }

  /** Begins a batch. */
  begin(): void {
    this.#room = this.#exports.BATCH.value;
  }

  /** Takes as much of a piece as the batch has room for; returns how many bytes. */
  add(piece: Uint8Array): number {
    const taken = piece.subarray(0, this.#room);
    this.#memory.set(taken, this.#exports.inputEnd());
    this.#exports.addInput(taken.length);
    this.#room -= taken.length;
    return taken.length;
  }

  /** Whether the batch has no room: then it has to be converted. */
  get isFull(): boolean {
    return this.#room === 0;
  }
}
