import { parentPort } from 'node:worker_threads';
import { PART_BUFFERS } from '#aws/part-sink.ts';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { isTableRun } from '#core/run/run-header.ts';
import { parseWriteInput } from '#core/run/write-input.ts';
import { parseWriteTableInput } from '#core/run/write-table-input.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import { createHandler as createWrite } from '#lambdas/write/handler.ts';
import { mountedAt } from './folder-mounts.ts';
import { exportDeps } from './step-deps.ts';
import { createFileWriter, PIECE_BYTES, PIECES } from './write-chunk-file.ts';
import {
  STOP,
  type WriterFailure,
  type WriterOrder,
  type WriterReport,
  type WriterTask,
} from './write-message.ts';

/** The step that writes chunks. */
interface Writer {
  write(chunk: PlannedChunk, signal: AbortSignal): Promise<WriteResult>;
  close(): Promise<void>;
}

/** The step that writes chunks of a run, as the function of a deployment does. */
async function writerOf({ places, run }: WriterTask): Promise<Writer> {
  const deps = exportDeps(places);
  const { close } = deps;
  if (isTableRun(run)) {
    // Loaded only where there is a table: it needs the engine.
    const { createHandler } = await import('#lambdas/write-table/handler.ts');
    const write = createHandler(deps);
    return { write: (chunk, signal) => write(parseWriteTableInput({ run, chunk }), signal), close };
  }
  const { mounts } = places;
  const { bucket, prefix } = run.location;
  const isFolder = mountedAt(mounts, bucket, prefix) !== undefined && run.upload === undefined;
  const parts = isFolder
    ? { count: PIECES, bytes: PIECE_BYTES }
    : { count: PART_BUFFERS, bytes: PART_BYTES };
  const room = openEncoderRoom(parts);
  const write = isFolder ? createFileWriter({ ...deps, room }) : createWrite({ ...deps, room });
  return { write: (chunk, signal) => write(parseWriteInput({ run, chunk }), signal), close };
}

function failureOf(error: unknown): WriterFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, code } = error as NodeJS.ErrnoException;
  return { name, message, ...(code !== undefined && { code }) };
}

/** Writes the chunks that this thread is asked for, until it is stopped. */
export function takeOrders(): void {
  const port = parentPort!;
  const stopping = new AbortController();
  let writer: Promise<Writer> | undefined;
  const underWay = new Set<Promise<void>>();

  const report = async ({ task, chunk }: WriterOrder): Promise<WriterReport> => {
    const { index } = chunk;
    try {
      if (task !== undefined) {
        const before = writer;
        writer = writerOf(task);
        await (await before)?.close();
      }
      return { index, written: await (await writer!).write(chunk, stopping.signal) };
    } catch (error) {
      return { index, failure: failureOf(error) };
    }
  };

  port.on('message', async (order: WriterOrder | typeof STOP) => {
    if (order !== STOP) {
      const writing = report(order).then((said) => {
        port.postMessage(said);
        underWay.delete(writing);
      });
      underWay.add(writing);
      return;
    }
    stopping.abort();
    await Promise.all(underWay);
    process.exit();
  });
}
