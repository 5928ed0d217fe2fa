import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PARQUET_MAGIC } from '#core/containers/parquet/footer.ts';
import {
  CODECS,
  fileFooter,
  type WrittenColumn,
  type WrittenElement,
  type WrittenGroup,
} from '#core/containers/parquet/write-file.ts';
import { type ColumnsKernel, takeColumnsKernel } from '#core/tables/text/columns/columns-kernel.ts';
import { type ColumnKind, type ColumnShape, TEXT_KIND } from './column-kinds.ts';

/** Bytes after which a file ends: the engine holds the footer of one. */
const FILE_BYTES = 512 * 1024 * 1024;

/** The columns of some records take more bytes than there is room for. */
export class ColumnsTooLarge extends Error {}

/** A column of the files. */
interface Chunk {
  readonly element: WrittenElement & { readonly type: number };
  /** Which of the pages of a row group is its. */
  readonly page: number;
}

/** What the files have of a field: its values, and the texts that are left to the engine. */
function chunksOf(kind: ColumnKind, at: number): readonly Chunk[] {
  const chunk = ({ element }: ColumnKind, name: string, page: number): Chunk => {
    return { element: { ...element, name, repetition: 'optional' }, page };
  };
  const values = chunk(kind, `c${at}`, 2 * at);
  return kind === TEXT_KIND ? [values] : [values, chunk(TEXT_KIND, `t${at}`, 2 * at + 1)];
}

/**
 * Files of Parquet that together hold records: for each field `c0`, `c1` and so on its values, and
 * in `t0`, `t1` and so on those texts that are not spelled in the plainest way. Their bytes follow
 * from the records alone, not from the pieces in which they come.
 */
export class ColumnFiles {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #kernel: ColumnsKernel = takeColumnsKernel();
  readonly #chunks: readonly Chunk[];
  readonly #paths: string[] = [];
  #groups: WrittenGroup[] = [];
  #file: FileHandle | undefined;
  /** Of the file that is open. */
  #bytes = 0;
  #allBytes = 0;

  /** @param maxBytes of all files. */
  constructor(directory: string, shape: ColumnShape, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
    this.#chunks = shape.kinds.flatMap(chunksOf);
    this.#kernel.start(shape);
  }

  /** @throws {ColumnsTooLarge} there is no room for the columns. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      at += this.#kernel.add(bytes.subarray(at));
      if (this.#kernel.isFull) await this.#convert();
    }
  }

  async #convert(): Promise<void> {
    const { rows, bytes, pages } = this.#kernel.convert();
    if (rows === 0) return;
    this.#allBytes += bytes.length;
    if (this.#allBytes > this.#maxBytes) throw new ColumnsTooLarge();
    this.#file ??= await this.#next();
    const columns = this.#chunks.map(({ element: { name, type }, page }): WrittenColumn => {
      const size = pages[2 * page + 1]!;
      return {
        ...{ path: [name], type, codec: CODECS.none, values: rows },
        ...{ offset: this.#bytes + pages[2 * page]!, bytes: size, uncompressedBytes: size },
      };
    });
    this.#groups.push({ rows, columns });
    await this.#append(bytes);
    if (this.#bytes > FILE_BYTES) await this.#end();
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#file!.writeFile(bytes);
    this.#bytes += bytes.length;
  }

  async #next(): Promise<FileHandle> {
    const path = join(this.#directory, `slice-${this.#paths.length}.parquet`);
    this.#file = await open(path, 'wx');
    this.#paths.push(path);
    this.#bytes = 0;
    await this.#append(PARQUET_MAGIC);
    return this.#file;
  }

  async #end(): Promise<void> {
    const root = { name: 'slice', children: this.#chunks.length };
    const footer = fileFooter({
      schema: [root, ...this.#chunks.map(({ element }) => element)],
      ...{ groups: this.#groups, metadata: new Map(), createdBy: 'sparse-fanout' },
    });
    this.#groups = [];
    await this.#append(Buffer.concat([footer, PARQUET_MAGIC]));
    await this.#closeFile();
  }

  async #closeFile(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** The paths, in their order, and for each field whether all of its texts were plain. */
  async finish(): Promise<{
    readonly paths: readonly string[];
    readonly plain: readonly boolean[];
  }> {
    await this.#convert();
    if (this.#paths.length === 0) await this.#next();
    if (this.#file !== undefined) await this.#end();
    return { paths: this.#paths, plain: this.#kernel.plain };
  }

  /** Ends the use of the files, also of unfinished ones. */
  async close(): Promise<void> {
    await this.#closeFile();
    this.#kernel.close();
  }

  /** Removes what was written. */
  async remove(): Promise<void> {
    await this.#closeFile();
    for (const path of this.#paths) await rm(path);
  }
}
