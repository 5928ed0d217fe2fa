import { crc32 } from 'node:zlib';
import { combineCrc32 } from '#core/checksum/crc32.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { CsvEncoderOptions } from '#core/outputs/csv/csv-encoder.ts';
import { createFixedBytes } from '#core/outputs/csv/fixed-bytes.ts';
import { HeaderLine } from '#core/outputs/csv/header-line.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { EntryWindows, WIDE_TYPES } from './entry-windows.ts';
import type { Kernel, WindowWriter } from './kernel.ts';

/** Options of the encoder in WebAssembly. */
export interface WasmCsvEncoderOptions extends CsvEncoderOptions {
  /**
   * Whether the CRC-32 of each part is computed from the entries, see `partCrc32`. @default false
   */
  readonly countsCrc?: boolean;
}

class WasmCsvEncoder implements ChunkEncoder {
  readonly #options: CsvEncoderOptions;
  readonly #kernel: Kernel;
  readonly #windows: EntryWindows;
  readonly #write: WindowWriter;
  readonly #out: PartWriter;
  readonly #header: HeaderLine;
  readonly #countsCrc: boolean;
  /** Bytes of the header line at the start of the part under way. */
  #headerBytes = 0;
  #partCrc32: number | undefined;

  constructor(kernel: Kernel, { countsCrc = false, ...options }: WasmCsvEncoderOptions) {
    this.#options = options;
    this.#header = new HeaderLine(options);
    this.#kernel = kernel;
    this.#windows = new EntryWindows(kernel, options);
    this.#write = kernel.exports[`write${WIDE_TYPES[options.dtype]}`];
    this.#out = new PartWriter(options.buffer);
    this.#countsCrc = countsCrc && options.columns > 0;
    if (this.#countsCrc) kernel.exports.countCrc();
    kernel.take(this);
  }

  get partCrc32(): number | undefined {
    return this.#partCrc32;
  }

  *header(names: Iterable<string>): Parts {
    yield* this.#header.write(this.#out, names);
    this.#headerBytes = this.#out.at;
  }

  *encode(slice: CsrSlice): Parts {
    const out = this.#out;
    if (this.#options.columns === 0) {
      const { run } = createFixedBytes(this.#options);
      return yield* out.repeat(run, slice.rowEnd - slice.rowStart);
    }
    this.#kernel.assertTakenBy(this);
    for (const _ of this.#windows.of(slice)) {
      this.#fill();
      while (this.#kernel.exports.isFinished() === 0) {
        this.#countPart();
        out.part = yield out.part;
        out.at = 0;
        this.#kernel.assertTakenBy(this);
        this.#fill();
      }
    }
  }

  finish(): Uint8Array {
    this.#countPart();
    return this.#out.last();
  }

  /**
   * Computes the CRC-32 of the part: of a header line, if the part has one, and of what the module
   * wrote.
   */
  #countPart(): void {
    if (!this.#countsCrc) return;
    const { part, at } = this.#out;
    const header = crc32(part.subarray(0, this.#headerBytes));
    const rows = this.#kernel.exports.takeCrc() >>> 0;
    this.#partCrc32 = combineCrc32(header, rows, at - this.#headerBytes);
    this.#headerBytes = 0;
  }

  /** Writes the window's text until the window is used up or the part is full. */
  #fill(): void {
    const out = this.#out;
    const { exports, stage } = this.#kernel;
    if (out.part.buffer === exports.memory.buffer) {
      const start = out.part.byteOffset;
      out.at = this.#write(start + out.at, start + out.part.length) - start;
      return;
    }
    while (exports.isFinished() === 0 && out.at < out.part.length) {
      const room = Math.min(stage.length, out.part.length - out.at);
      const end = this.#write(stage.byteOffset, stage.byteOffset + room);
      const text = stage.subarray(0, end - stage.byteOffset);
      out.part.set(text, out.at);
      out.at += text.length;
    }
  }
}

/**
 * Creates an encoder of the same text as that of `createCsvEncoder`. It works in WebAssembly, at
 * about the speed of copying memory.
 *
 * @param kernel instance of the WebAssembly module, which this encoder uses until the next one is
 * created with it. Part buffers from `kernel.buffers` are best: the text is written in place.
 */
export function createWasmCsvEncoder(kernel: Kernel, options: WasmCsvEncoderOptions): ChunkEncoder {
  return new WasmCsvEncoder(kernel, options);
}
