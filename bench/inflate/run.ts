import os from 'node:os';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { memorySource } from '#core/bytes/memory-source.ts';

import { inflatedSource } from '#core/containers/deflate/inflated-source.ts';
import { textLikeSlice } from '#support/text-like-slice.ts';
import { wholeIndex } from '#support/whole-index.ts';

/**
 * Measures the pass that makes seek indexes, and reads through them; exits 1 if a goal is missed.
 */
const MUST_MB_PER_SECOND = 150;
const MUST_INDEX_SHARE = 0.02;

const REPETITIONS = 7;
const READS = 40;
const READ_BYTES = 64 * 1024;
const PIECE_BYTES = 4 * 1024 * 1024;

interface Member {
  readonly name: string;
  readonly plain: Uint8Array;
  /** As NumPy deflates it: zlib's level 6. */
  readonly compressed: Uint8Array;
}

function members(): Member[] {
  const shape = { rows: 60_000, columns: 10_000, entriesPerRow: 60.7 } as const;
  const counts = textLikeSlice({ ...shape, values: 'counts' });
  const scores = textLikeSlice({ ...shape, values: 'tf-idf' });
  const arrays = [
    ['int64 counts', counts.data],
    ['int32 indices', counts.indices],
    ['float64 TF-IDF', scores.data],
  ] as const;
  return arrays.map(([name, { buffer, byteOffset, byteLength }]) => {
    const plain = new Uint8Array(buffer, byteOffset, byteLength);
    return { name, plain, compressed: deflateRawSync(plain, { level: 6 }) };
  });
}

function* pieces({ compressed }: Member): Generator<Uint8Array> {
  for (let at = 0; at < compressed.length; at += PIECE_BYTES) {
    yield compressed.subarray(at, at + PIECE_BYTES);
  }
}

function indexOf(member: Member) {
  const { name, plain, compressed } = member;
  const sizes = { compressedBytes: compressed.length, bytes: plain.length };
  return wholeIndex(pieces(member), { where: name, ...sizes, crc32: crc32(plain) });
}

/** CPU milliseconds on all cores, which do not depend on what else the machine does. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function fastest(run: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPETITIONS; i++) {
    const start = cpuTime();
    await run();
    best = Math.min(best, cpuTime() - start);
  }
  return best;
}

/**
 * Milliseconds of a read that begins at a checkpoint. The table of the index is read anew each
 * time.
 */
async function resumeCost({ plain, compressed }: Member, index: Uint8Array): Promise<number> {
  const stream = { compressed: memorySource(compressed), index: memorySource(index) };
  const range = { offset: 0, length: compressed.length };
  const start = cpuTime();
  for (let i = 0; i < READS; i++) {
    const offset = Math.floor(((plain.length - READ_BYTES) * ((i * 17) % READS)) / READS);
    const source = inflatedSource({ ...stream, range, size: plain.length });
    const bytes = await source.read({ offset, length: READ_BYTES });
    if (Buffer.compare(bytes, plain.subarray(offset, offset + READ_BYTES)) !== 0) {
      throw new Error(`a read at ${offset} gave other bytes`);
    }
  }
  return (cpuTime() - start) / READS;
}

async function measure(member: Member): Promise<boolean> {
  const { name, plain, compressed } = member;
  const { pieces: indexPieces, checkpoints } = await indexOf(member);
  const index = Buffer.concat(indexPieces);
  const megabytes = plain.length / 1e6;
  const node = () => crc32(inflateRawSync(compressed, { chunkSize: 256 * 1024 }));
  const passSpeed = (megabytes / (await fastest(() => indexOf(member)))) * 1000;
  const nodeSpeed = (megabytes / (await fastest(node))) * 1000;
  const share = index.length / compressed.length;
  const isMissed = passSpeed < MUST_MB_PER_SECOND || share > MUST_INDEX_SHARE;
  const fields = [
    name.padEnd(14),
    `${megabytes.toFixed(1)} MB, ${(plain.length / compressed.length).toFixed(2)} : 1`.padEnd(20),
    `pass ${passSpeed.toFixed(0)} MB/s`,
    `(Node's own inflate ${nodeSpeed.toFixed(0)})`,
    `index ${(100 * share).toFixed(2)} % with ${checkpoints} checkpoints`,
    `a read of 64 KiB ${(await resumeCost(member, index)).toFixed(1)} ms`,
    isMissed ? 'MISSED' : 'ok',
  ];
  process.stdout.write(`${fields.join('  ')}\n`);
  return isMissed;
}

process.stdout.write(
  `Node ${process.version}, zlib ${process.versions.zlib}, ${os.cpus()[0]?.model}, load ${os.loadavg()[0]}\n` +
    `CPU time, best of ${REPETITIONS}; goals: at least ${MUST_MB_PER_SECOND} MB/s, at most ${100 * MUST_INDEX_SHARE} %\n`,
);
for (const member of members()) if (await measure(member)) process.exitCode = 1;
