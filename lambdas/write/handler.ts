import { crc32Hex } from '#core/checksum/crc32.ts';
import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { WriteInput } from '#core/run/write-input.ts';
import { type RecordDeps, recordChunk, type WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { Step } from '#lambdas/shared/step.ts';
import type { SentChunk } from './stream-text.ts';
import { writeChunk } from './write-chunk.ts';
import { writePart } from './write-part.ts';

/** What a writer needs from outside. */
export interface WriteDeps extends RecordDeps {
  readonly room: EncoderRoom;
}

/** What the ledger records: figures of the stored object, and of the content inside. */
function figuresOf({ encoded, stored }: SentChunk): ChunkFigures {
  const { content, recordCount, counts } = encoded;
  const { bytes, etag, sent } = stored;
  const inside = content ?? sent;
  const crc32 = crc32Hex(inside.crc32);
  return { bytes, contentBytes: inside.bytes, crc32, etag, recordCount, counts };
}

/** The same of a part; that of a compressed one is proved by its own CRC-32. */
function figuresOfPart(sent: SentChunk): ChunkFigures {
  const { stored, encoded } = sent;
  const partCrc32 = encoded.content && crc32Hex(stored.sent.crc32);
  return { ...figuresOf(sent), ...(partCrc32 !== undefined && { partCrc32 }) };
}

/**
 * The Write step. Writes one row range as one chunk, or as one part of the object that all chunks
 * become, and records it in the ledger.
 */
export function createHandler(deps: WriteDeps): Step<WriteInput, WriteResult> {
  const { s3, room } = deps;
  return async ({ run, chunk }, signal) => {
    const key = chunkKeyBy(matrixOutputOf(run.output), run, chunk.index);
    const context = { s3, room, signal };
    const at = { run, chunk, key };
    const { upload } = run;
    const write = async () =>
      upload === undefined
        ? figuresOf(await writeChunk(context, at))
        : figuresOfPart(await writePart(context, at, upload));
    return await recordChunk(deps, at, write, signal);
  };
}
