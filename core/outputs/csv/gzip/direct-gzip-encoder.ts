import type { Figures } from '#core/checksum/figures.ts';
import type { CsvEncoderOptions } from '#core/outputs/csv/csv-encoder.ts';
import { type CellOptions, implicitText } from '#core/outputs/csv/implicit-text.ts';
import { EntryWindows, WIDE_TYPES } from '#core/outputs/csv/wasm/entry-windows.ts';
import { type Kernel, STOPPED, type WindowDeflater } from '#core/outputs/csv/wasm/kernel.ts';
import type { GzipEncoder } from '#core/outputs/gzip/gzip-encoder.ts';
import { MemberWriter } from '#core/outputs/gzip/member-writer.ts';
import type { Parts } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { BlockCode, stepsOfBlock, writeLastBlock } from './block-code.ts';
import { DeflateTables } from './deflate-tables.ts';
import { afterHeader, HeaderText } from './header-text.ts';

/**
 * Longest text of an unstored cell, that of `False`. It bounds what the module writes in one step,
 * see `STEP_BYTES` in `assembly/deflate.as`.
 */
const MAX_UNSTORED_CELL_BYTES = 5;

/**
 * True if the matrix has columns and the text of its unstored cells is short enough. It may be too
 * long if these are NaN and the request has its own text for NaN.
 */
export function canDeflateDirectly(options: CellOptions): boolean {
  const unstored = new TextEncoder().encode(implicitText(options));
  return options.columns > 0 && unstored.length <= MAX_UNSTORED_CELL_BYTES;
}

class DirectGzipEncoder implements GzipEncoder {
  readonly #options: CsvEncoderOptions;
  readonly #kernel: Kernel;
  readonly #windows: EntryWindows;
  readonly #tables: DeflateTables;
  readonly #deflate: WindowDeflater;
  readonly #out: MemberWriter;
  readonly #putBits: (bits: number, count: number) => void;
  #header: HeaderText | undefined;
  #code: BlockCode | undefined;
  #blocks = 0;

  constructor(kernel: Kernel, options: CsvEncoderOptions) {
    this.#options = options;
    this.#kernel = kernel;
    this.#windows = new EntryWindows(kernel, options);
    this.#tables = new DeflateTables(kernel, options);
    this.#deflate = kernel.exports[`deflate${WIDE_TYPES[options.dtype]}`];
    this.#putBits = kernel.exports.putFewBits;
    this.#out = new MemberWriter(options.buffer);
    kernel.exports.startDeflate();
    kernel.take(this);
  }

  get content(): Figures {
    this.#kernel.assertTakenBy(this);
    const { exports } = this.#kernel;
    const rows = { bytes: exports.textLength(), crc32: exports.textCrc() >>> 0 };
    return afterHeader(this.#header, rows);
  }

  *header(names: Iterable<string>): Parts {
    yield* this.#out.open();
    this.#header ??= new HeaderText(this.#out, this.#options);
    yield* this.#header.write(names);
  }

  *encode(slice: CsrSlice): Parts {
    yield* this.#out.open();
    this.#kernel.assertTakenBy(this);
    const { exports, stage } = this.#kernel;
    const stageEnd = stage.byteOffset + stage.length;
    for (const _ of this.#windows.of(slice)) {
      exports.startDeflateWindow();
      for (let stopped: number = STOPPED.outputFull; stopped !== STOPPED.windowUsed; ) {
        stopped = this.#deflate(stage.byteOffset, stageEnd);
        if (stopped === STOPPED.blockFull) this.#nextBlock();
        yield* this.#flush();
        this.#kernel.assertTakenBy(this);
      }
    }
  }

  *end(): Parts {
    yield* this.#out.open();
    this.#kernel.assertTakenBy(this);
    const { exports, stage } = this.#kernel;
    exports.bitsTo(stage.byteOffset);
    this.#code?.writeEnd(this.#putBits);
    writeLastBlock(this.#putBits);
    exports.endByte();
    yield* this.#flush();
    yield* this.#out.close(this.content);
  }

  finish(): Uint8Array {
    return this.#out.last();
  }

  #nextBlock(): void {
    this.#code?.writeEnd(this.#putBits);
    this.#code =
      this.#code === undefined ? BlockCode.fixed() : BlockCode.of(this.#tables.takeCounts());
    this.#code.writeHeader(this.#putBits);
    this.#tables.use(this.#code);
    this.#kernel.exports.startBlock(stepsOfBlock(this.#blocks));
    this.#blocks += 1;
  }

  /** Takes over the whole bytes that the module has written since the last call. */
  *#flush(): Parts {
    const { exports, stage } = this.#kernel;
    yield* this.#out.write(stage.subarray(0, exports.bitsEnd() - stage.byteOffset));
  }
}

/**
 * Creates an encoder of one gzip member that is made from the stored entries alone: the text never
 * exists. Takes about 20 ns per count and 130 ns per float, for any number of columns.
 *
 * @param kernel instance of the WebAssembly module, which this encoder uses until another one takes
 * it.
 * @param options for which {@link canDeflateDirectly} is true.
 */
export function createDirectGzipEncoder(kernel: Kernel, options: CsvEncoderOptions): GzipEncoder {
  return new DirectGzipEncoder(kernel, options);
}
