import { combineCrc32 } from '#core/checksum/crc32.ts';
import type { Figures } from '#core/checksum/figures.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { type CsvEncoderOptions, createCsvEncoder } from '#core/outputs/csv/csv-encoder.ts';
import { createDirectGzipEncoder } from '#core/outputs/csv/gzip/direct-gzip-encoder.ts';
import { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { createWasmCsvEncoder } from '#core/outputs/csv/wasm/wasm-csv-encoder.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';

const PART_BYTES = 16 * 1024 * 1024;
const PARTS = 4;

/** A slice, and every way there is to encode it. */
export class EncodeWays {
  /** Part buffers in the module's memory, 64 MiB together. */
  readonly buffers: readonly Uint8Array[];
  readonly #slice: CsrSlice;
  readonly #options: Omit<CsvEncoderOptions, 'buffer'>;
  readonly #kernel = new Kernel({ count: PARTS, bytes: PART_BYTES });
  readonly #ownBuffers: readonly Uint8Array[];

  constructor(slice: CsrSlice, columns: number) {
    const dtype = slice.data instanceof Float64Array ? 'float64' : 'int64';
    this.#slice = slice;
    this.#options = { dtype, columns, dialect: DEFAULT_DIALECT };
    this.buffers = this.#kernel.buffers;
    this.#ownBuffers = this.buffers.map(({ length }) => new Uint8Array(length).fill(1));
  }

  /** The text, in WebAssembly, into buffers in the module's memory; returns its length. */
  inPlace(): number {
    return this.#encode(this.#inWasm(false), this.buffers).bytes;
  }

  /** The same, and the CRC-32 of each part from the entries. */
  withCrc(): Figures {
    return this.#encode(this.#inWasm(true), this.buffers);
  }

  /** The text, in WebAssembly, into other buffers. */
  staged(): number {
    return this.#encode(this.#inWasm(false), this.#ownBuffers).bytes;
  }

  /** The text, in JavaScript. */
  inJavaScript(): number {
    return this.#encode(createCsvEncoder, this.#ownBuffers).bytes;
  }

  /** The gzip member, without the text. */
  gzip(): Uint8Array {
    const buffer = this.#ownBuffers[0]!;
    const encoder = createDirectGzipEncoder(this.#kernel, { ...this.#options, buffer });
    for (const parts of [encoder.encode(this.#slice), encoder.end()]) {
      if (parts.next().done !== true) throw new Error('a member larger than a part');
    }
    return encoder.finish();
  }

  /** The whole text in one buffer. */
  text(bytes: number): Uint8Array {
    const encoder = createCsvEncoder({ ...this.#options, buffer: new Uint8Array(bytes) });
    if (encoder.encode(this.#slice).next().done !== true) throw new Error('more text than fits');
    return encoder.finish();
  }

  #inWasm(countsCrc: boolean): (options: CsvEncoderOptions) => ChunkEncoder {
    return (options) => createWasmCsvEncoder(this.#kernel, { ...options, countsCrc });
  }

  #encode(
    create: (options: CsvEncoderOptions) => ChunkEncoder,
    buffers: readonly Uint8Array[],
  ): Figures {
    let next = 0;
    let bytes = 0;
    let crc32 = 0;
    const buffer = () => buffers[next++ % buffers.length]!;
    const encoder = create({ ...this.#options, buffer: buffer() });
    const add = (part: Uint8Array) => {
      bytes += part.length;
      crc32 = combineCrc32(crc32, encoder.partCrc32 ?? 0, part.length);
    };
    const parts = encoder.encode(this.#slice);
    for (let step = parts.next(); step.done !== true; step = parts.next(buffer())) add(step.value);
    add(encoder.finish());
    return { bytes, crc32 };
  }
}
