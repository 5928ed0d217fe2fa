import { crc32 } from 'node:zlib';
import { withFile } from '#cli/sources/file-source.ts';
import { crc32Of } from '#cli/sources/read-blocks.ts';
import { combineCrc32, crc32Hex } from '#core/checksum/crc32.ts';
import { encodeChunk } from '#core/chunks/encode-chunk.ts';
import type { EncodedChunk, EncodedPart } from '#core/chunks/encoded-chunk.ts';
import { OutputConflictError } from '#core/errors.ts';
import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { WriteInput } from '#core/run/write-input.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { openPlannedSource } from '#lambdas/shared/open-planned-source.ts';
import { recordChunk } from '#lambdas/shared/record-chunk.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { openPlannedNames } from '#lambdas/write/planned-names.ts';
import { createLink, DraftFile } from './draft-file.ts';
import { mountedAt } from './folder-mounts.ts';
import { fileState } from './read-folder.ts';
import type { ExportDeps } from './step-deps.ts';

/** Text is made and written in small pieces, which stay in the processor's cache. */
export const PIECE_BYTES = 1024 * 1024;

/** Bytes after which the disk begins to keep them, while the next ones are made. */
const SYNC_BYTES = 64 * 1024 * 1024;

/** What a chunk is written with. */
interface FileDeps extends ExportDeps {
  readonly room: EncoderRoom;
}

/** A piece is made in one of these while the disk takes the one before from the other. */
export const PIECES = 2;

/** Writes pieces one after the other, and counts them. */
class CountedFile {
  readonly #draft: DraftFile;
  #writing: Promise<void> = Promise.resolve();
  #keptBytes = 0;
  bytes = 0;
  crc = 0;

  constructor(draft: DraftFile) {
    this.#draft = draft;
  }

  /** Begins to write a piece, once the one before was taken: then its buffer can be used again. */
  async add({ bytes, crc32: known }: EncodedPart): Promise<void> {
    this.crc = combineCrc32(this.crc, known ?? crc32(bytes), bytes.length);
    await this.taken();
    this.#writing = this.#draft.writeDirect(bytes);
    this.#writing.catch(() => {}); // raised at the next call
    this.bytes += bytes.length;
    if (this.bytes - this.#keptBytes < SYNC_BYTES) return;
    this.#keptBytes = this.bytes;
    void this.#draft.keep().catch(() => {}); // raised at the end
  }

  /** Waits until no buffer is needed any more. */
  async taken(): Promise<void> {
    await this.#writing;
  }

  async end(): Promise<void> {
    await this.#draft.keep();
  }
}

/** @throws {OutputConflictError} something else is there; it is left as it is. */
async function assertSame({ bytes, crc }: CountedFile, place: string): Promise<void> {
  const isSame = await withFile(
    place,
    async (there) => there.size === bytes && (await crc32Of(there)) === crc,
  );
  if (isSame) return;
  throw new OutputConflictError(
    `${place} already holds something else; nothing was overwritten, so remove it`,
  );
}

/**
 * Writes chunks of one run as files that appear when the disk has them. One chunk is encoded at a
 * time, while the disk takes the end of another.
 */
class FileWriter {
  readonly #deps: FileDeps;
  #source: Promise<OpenedSource> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: FileDeps) {
    this.#deps = deps;
  }

  async write(input: WriteInput, key: string, signal: AbortSignal): Promise<ChunkFigures> {
    const { mount, path } = mountedAt(this.#deps.mounts, input.run.location.bucket, key)!;
    const draft = DraftFile.open(mount.drafts!);
    try {
      const file = new CountedFile(draft);
      const encoding = this.#turn.then(() => this.#encodeInto(file, input, signal));
      this.#turn = encoding.catch(() => {}); // raised below
      const { content, recordCount, counts } = await encoding;
      await file.end();
      if (!createLink(draft.path, path)) await assertSame(file, path);
      const { size: bytes, etag } = fileState(path)!;
      const inside = content ?? { bytes, crc32: file.crc };
      return {
        ...{ bytes, contentBytes: inside.bytes, crc32: crc32Hex(inside.crc32), etag },
        ...{ recordCount, counts },
      };
    } finally {
      await draft.remove();
    }
  }

  async #encodeInto(
    file: CountedFile,
    { run, chunk }: WriteInput,
    signal: AbortSignal,
  ): Promise<EncodedChunk> {
    const { s3, room, storeOf } = this.#deps;
    // Opening a source of many parts takes as long as some MB of text.
    this.#source ??= openPlannedSource(s3, run, signal, storeOf(signal));
    const source = await this.#source;
    const columnNames = await openPlannedNames(s3, run, chunk.index, signal);
    const buffers =
      room.buffers ?? Array.from({ length: PIECES }, () => new Uint8Array(PIECE_BYTES));
    const placed = { ...chunk, rowsBefore: run.base.rows };
    const { output } = run;
    const options = { output, room, buffer: buffers[0]!, columnNames };
    const parts = encodeChunk(source, placed, options);
    for (let made = 0; ; made += 1) {
      signal.throwIfAborted();
      const step = await parts.next(buffers[made % PIECES]!);
      await file.add(step.done === true ? step.value.last : step.value);
      if (step.done !== true) continue;
      await file.taken();
      return step.value;
    }
  }
}

/**
 * The Write step for a folder, of one run. As there is nothing to send, each chunk is encoded once,
 * straight into its file.
 *
 * Memory: one slice of the source and the one read ahead of it, and two buffers of 1 MiB.
 */
export function createFileWriter(
  deps: FileDeps,
): Step<WriteInput, Awaited<ReturnType<typeof recordChunk>>> {
  const writer = new FileWriter(deps);
  return async (input, signal) => {
    const { run, chunk } = input;
    const key = chunkKeyBy(matrixOutputOf(run.output), run, chunk.index);
    const write = () => writer.write(input, key, signal);
    return await recordChunk(deps, { run, chunk, key }, write, signal);
  };
}
