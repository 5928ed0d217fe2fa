import { gzipSync, zstdCompressSync } from 'node:zlib';
import { PARQUET_MAGIC } from '#core/containers/parquet/footer.ts';
import {
  CODECS,
  fileFooter,
  pageHeader,
  type WrittenColumn,
  type WrittenGroup,
} from '#core/containers/parquet/write-file.ts';
import type { DType } from '#core/elements/dtype.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { ParquetSpec } from './parquet-spec.ts';
import { groupBytes, type PlainColumn, RowGroup, schemaOf } from './row-group.ts';

const CREATED_BY = 'sparse-fanout';

/** A row is never cut; a writer holds it three times, in the 512 MB that the smallest one has. */
const MOST_ROW_BYTES = 96 * 1024 ** 2;

/** Keys of the metadata of a file. */
const KEYS = { columns: 'sparse-fanout.columns', names: 'sparse-fanout.column-names' } as const;

const COMPRESS: Readonly<Record<ParquetSpec['compression'], (bytes: Uint8Array) => Uint8Array>> = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
};

interface ParquetOptions {
  readonly spec: ParquetSpec;
  readonly columns: number;
  readonly dtype: DType;
  readonly buffer: Uint8Array;
}

class ParquetEncoder implements ChunkEncoder {
  readonly #options: ParquetOptions;
  readonly #out: PartWriter;
  readonly #group: RowGroup;
  readonly #groups: WrittenGroup[] = [];
  readonly #names: string[] = [];
  #offset = 0;
  #records = 0;

  constructor(options: ParquetOptions) {
    this.#options = options;
    this.#out = new PartWriter(options.buffer);
    this.#group = new RowGroup(options.spec.layout, options.dtype);
  }

  /** Rows of the file. */
  get recordCount(): number {
    return this.#records;
  }

  /** Keeps the names for the footer. */
  *header(names: Iterable<string>): Parts {
    this.#names.push(...names);
    yield* this.#open();
  }

  *encode(slice: CsrSlice): Parts {
    yield* this.#open();
    const { rowGroupBytes } = this.#options.spec;
    const { indptr } = slice;
    const rows = slice.rowEnd - slice.rowStart;
    for (let from = 0; from < rows; ) {
      this.#refuseLongRow(slice, from);
      const bytesTo = (to: number) => this.#group.bytesWith(to - from, indptr[to]! - indptr[from]!);
      let to = from + 1;
      while (to < rows && bytesTo(to) < rowGroupBytes) to += 1;
      this.#group.add(slice, from, to);
      if (this.#group.bytes >= rowGroupBytes) yield* this.#writeGroup();
      from = to;
    }
  }

  *end(): Parts {
    yield* this.#open();
    if (!this.#group.isEmpty) yield* this.#writeGroup();
    const { columns, dtype, spec } = this.#options;
    const metadata = new Map<string, string>([[KEYS.columns, String(columns)]]);
    if (this.#names.length > 0) metadata.set(KEYS.names, JSON.stringify(this.#names));
    const schema = schemaOf(spec.layout, dtype);
    const groups = this.#groups;
    yield* this.#write(fileFooter({ schema, groups, metadata, createdBy: CREATED_BY }));
    yield* this.#write(PARQUET_MAGIC);
  }

  finish(): Uint8Array {
    return this.#out.last();
  }

  /** @throws {BoundExceededError} a row alone takes more than a writer holds as a row group. */
  #refuseLongRow({ rowStart, indptr }: CsrSlice, row: number): void {
    const { spec, dtype } = this.#options;
    const entries = indptr[row + 1]! - indptr[row]!;
    const bytes = entries * groupBytes(spec.layout, dtype).entry;
    if (bytes <= MOST_ROW_BYTES) return;
    throw new BoundExceededError(
      `row ${rowStart + row} has ${entries} entries and takes ${bytes} bytes of a row group, at most ${MOST_ROW_BYTES} are allowed; give output.format csv, npz or recordio-protobuf`,
    );
  }

  *#open(): Parts {
    if (this.#offset === 0) yield* this.#write(PARQUET_MAGIC);
  }

  *#write(bytes: Uint8Array): Parts {
    this.#offset += bytes.length;
    yield* this.#out.write(bytes);
  }

  *#writeGroup(): Parts {
    const { rows } = this.#group;
    this.#records += rows;
    const columns: WrittenColumn[] = [];
    for (const plain of this.#group.take()) {
      const offset = this.#offset;
      const { header, page, uncompressed } = this.#pageOf(plain);
      yield* this.#write(header);
      yield* this.#write(page);
      const { path, type, values, range } = plain;
      const bytes = header.length + page.length;
      const uncompressedBytes = header.length + uncompressed;
      const codec = CODECS[this.#options.spec.compression];
      columns.push({ path, type, values, range, codec, offset, bytes, uncompressedBytes });
    }
    if (rows > 0) this.#groups.push({ rows, columns });
  }

  #pageOf({ values, pieces }: PlainColumn) {
    const plain = Buffer.concat(pieces);
    const page = COMPRESS[this.#options.spec.compression](plain);
    const sizes = { values, uncompressed: plain.length, compressed: page.length };
    return { header: pageHeader(sizes), page, uncompressed: plain.length };
  }
}

/** Creates the encoder of one Parquet file. It holds the row group under way. */
export function createParquetEncoder(options: ParquetOptions): ChunkEncoder {
  return new ParquetEncoder(options);
}
