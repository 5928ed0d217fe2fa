import { parentPort, workerData } from 'node:worker_threads';
import { PART_BUFFERS, PART_BYTES } from '#aws/part-sink.ts';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { isTableRun } from '#core/run/run-header.ts';
import { parseWriteInput } from '#core/run/write-input.ts';
import { parseWriteTableInput } from '#core/run/write-table-input.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import { createHandler as createWrite } from '#lambdas/write/handler.ts';
import { mountedAt } from './folder-mounts.ts';
import { exportDeps } from './step-deps.ts';
import { createFileWriter, PIECE_BYTES } from './write-chunk-file.ts';
import type { WriterFailure, WriterOrder, WriterReport, WriterTask } from './write-message.ts';

type Writer = (chunk: PlannedChunk, signal: AbortSignal) => Promise<WriteResult>;

/** The step that writes chunks of a run, as the function of a deployment does. */
async function writerOf({ places, run }: WriterTask): Promise<Writer> {
  const deps = exportDeps(places);
  if (isTableRun(run)) {
    // Loaded only where there is a table: it needs the engine.
    const { createHandler } = await import('#lambdas/write-table/handler.ts');
    const write = createHandler(deps);
    return (chunk, signal) => write(parseWriteTableInput({ run, chunk }), signal);
  }
  const { bucket, prefix } = run.location;
  const isFolder = mountedAt(places.mounts, bucket, prefix) !== undefined;
  const parts = isFolder
    ? { count: 1, bytes: PIECE_BYTES }
    : { count: PART_BUFFERS, bytes: PART_BYTES };
  const room = openEncoderRoom(parts);
  const { mounts } = places;
  const write = isFolder
    ? createFileWriter({ ...deps, mounts, room })
    : createWrite({ ...deps, room });
  return (chunk, signal) => write(parseWriteInput({ run, chunk }), signal);
}

function failureOf(error: unknown): WriterFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, code } = error as NodeJS.ErrnoException;
  return { name, message, ...(code !== undefined && { code }) };
}

const port = parentPort!;
const stopping = new AbortController();
const writer = writerOf(workerData as WriterTask);

async function report(chunk: PlannedChunk): Promise<WriterReport> {
  try {
    return { written: await (await writer)(chunk, stopping.signal) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

let underWay: Promise<void> = Promise.resolve();

port.on('message', async (order: WriterOrder) => {
  if ('chunk' in order) {
    underWay = report(order.chunk).then((said) => port.postMessage(said));
    return;
  }
  stopping.abort();
  await underWay;
  process.exit();
});
