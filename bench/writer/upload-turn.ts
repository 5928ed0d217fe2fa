import { crc32 } from 'node:zlib';
import { PART_BUFFERS, PartSink } from '#aws/part-sink.ts';
import { piecesOf, StreamedBody } from '#aws/streamed-body.ts';
import { combineCrc32 } from '#core/checksum/crc32.ts';
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import type { StackClient } from '#support/stack-client.ts';
import type { RawPut } from './raw-put.ts';

/**
 * Parts of one turn: 134 MB. Turns are short, so that the machine's speed hardly changes between
 * them.
 */
export const PARTS = 8;

/** What sending the same bytes took. */
export interface Sent {
  readonly seconds: number;
  /** CPU time of the sender's process, user and system. */
  readonly cpuSeconds: number;
}

async function timed(send: () => Promise<unknown>): Promise<Sent> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await send();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

const PART = new Uint8Array(PART_BYTES).fill(48);
const PART_CRC = crc32(PART);

/** Bare PUTs of one part each, as many at a time as a writer sends. */
export async function sendBare(raw: RawPut, bucket: string, prefix: string): Promise<Sent> {
  let next = 0;
  const sendOthers = async () => {
    for (let part = next; part < PARTS; part = next) {
      next += 1;
      await raw.put(bucket, `${prefix}bare-${part}`, PART, PART_CRC);
    }
  };
  return await timed(() => Promise.all(Array.from({ length: PART_BUFFERS }, sendOthers)));
}

const ALL_BYTES = PARTS * PART_BYTES;
const ALL_CRC = Array.from({ length: PARTS }, () => PART_CRC).reduce((all, part) =>
  combineCrc32(all, part, PART_BYTES),
);

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let part = 0; part < PARTS; part += 1) yield* piecesOf(PART);
}

/** A writer's upload of text: one object of the same bytes, streamed as one request. */
export async function sendStreamed(stack: StackClient, prefix: string): Promise<Sent> {
  const target = { bucket: stack.outputBucket, key: `${prefix}text`, contentType: 'text/csv' };
  return await timed(async () => {
    const sink = new PartSink(stack.s3, target, { buffers: [] });
    await sink.finish(new StreamedBody(ALL_BYTES, pieces), { crc32: ALL_CRC });
  });
}

/** A writer's upload of compressed text: the same in parts. */
export async function sendInParts(stack: StackClient, prefix: string): Promise<Sent> {
  const target = { bucket: stack.outputBucket, key: `${prefix}parts`, contentType: 'text/csv' };
  const buffers = Array.from({ length: PART_BUFFERS }, () => PART);
  return await timed(async () => {
    const sink = new PartSink(stack.s3, target, { buffers });
    for (let part = 1; part < PARTS; part += 1) sink.send(await sink.buffer(), PART_CRC);
    await sink.finish(await sink.buffer(), { crc32: PART_CRC });
  });
}
