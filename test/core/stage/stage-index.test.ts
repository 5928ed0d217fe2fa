import { constants, crc32, deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError, ServiceUnavailableError } from '#core/errors.ts';
import { type MemoryStageStore, memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import {
  type IndexTask,
  type IndexTime,
  indexJob,
  stageSeekIndex,
} from '#core/stage/stage-index.ts';
import { withCounting } from '#support/counting-source.ts';
import { createRandom } from '#support/seeded-random.ts';

const MIB = 1024 * 1024;

/** 28 MiB that do not compress: seven blocks of 4 MiB, of which each begins some deflate blocks. */
function noise(): Uint8Array {
  const random = createRandom(7);
  const words = Uint32Array.from({ length: 7 * MIB }, () => random.next() * 2 ** 32);
  return new Uint8Array(words.buffer);
}

const plain = noise();
const compressed = deflateRawSync(plain, { level: 0 });

function taskOf(bytes: Uint8Array = compressed, before = 0): IndexTask & { bytesRead(): number } {
  const source = withCounting(memorySource(Buffer.concat([new Uint8Array(before), bytes]), 'x'));
  return {
    source,
    range: { offset: before, length: bytes.length },
    stream: {
      where: 'data.npy in x',
      compressedBytes: bytes.length,
      bytes: plain.length,
      crc32: crc32(plain),
    },
    name: 'data',
    advice: 'unpack it',
    bytesRead: () => source.bytesRead,
  };
}

/** A time that is up after so many blocks. */
function timeFor(blocks: number): IndexTime {
  let left = blocks;
  return { isTimeUp: () => --left <= 0 };
}

/** Does the jobs that are to be done, each with its time. @returns how many there were. */
async function run(task: IndexTask, staged: StageStore, timeOf: () => IndexTime): Promise<number> {
  for (let rounds = 1; ; rounds++) {
    const { part = 0 } = indexJob(await staged.list('index/'), 'data', 0);
    await stageSeekIndex(task, part, staged, timeOf());
    if ((await staged.open('index/data.idx')) !== undefined) return rounds;
  }
}

async function singlePass(): Promise<Uint8Array> {
  const staged = memoryStageStore();
  expect(await run(taskOf(), staged, () => ({}))).toBe(1);
  expect([...staged.objects.keys()]).toEqual(['index/data.idx']);
  return staged.objects.get('index/data.idx')!;
}

const same = (staged: MemoryStageStore, index: Uint8Array) =>
  Buffer.compare(staged.objects.get('index/data.idx')!, index) === 0;

describe('a seek index', () => {
  test('is staged in rounds with the bytes of a single pass, from anywhere in an object', async () => {
    const whole = await singlePass();
    const task = taskOf(compressed, 1234);
    const staged = memoryStageStore();
    expect(await run(task, staged, () => timeFor(2))).toBeGreaterThan(3);
    expect(same(staged, whole)).toBe(true);
    const names = [...staged.objects.keys()];
    expect(names.slice(0, 3)).toEqual([1, 2, 3].map((part) => `index/data.part-00000${part}`));
    expect(names.at(-1)).toBe('index/data.idx');
    // A round goes on at its checkpoint: at most 4 MiB and what was read ahead are read again.
    expect(task.bytesRead()).toBeLessThan(compressed.length + names.length * 16 * MIB);
  });

  test('does not depend on twins that stop at other places, or on lost jobs', async () => {
    const whole = await singlePass();
    const tries = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), {
      minLength: 1,
      maxLength: 6,
    });
    const property = fc.asyncProperty(tries, fc.nat(99), async (limits, seed) => {
      const staged = memoryStageStore();
      for (let round = seed; !staged.objects.has('index/data.idx'); round++) {
        const { part = 0 } = indexJob(await staged.list('index/'), 'data', 0);
        const [blocks, isTwin] = limits[round % limits.length]!;
        const twins = [stageSeekIndex(taskOf(), part, staged, timeFor(blocks))];
        if (isTwin) twins.push(stageSeekIndex(taskOf(), part, staged, timeFor(blocks + 1)));
        await Promise.all(twins);
        // The same job once more, as after a lost answer.
        await stageSeekIndex(taskOf(), part, staged, timeFor(1));
        expect(indexJob(await staged.list('index/'), 'data', 0).part ?? 0).toBeLessThan(part + 2);
      }
      expect(same(staged, whole)).toBe(true);
    });
    await fc.assert(property, { numRuns: 2 });
  });

  test('is not begun again if it or the next part is there', async () => {
    const staged = memoryStageStore();
    await stageSeekIndex(taskOf(), 0, staged, timeFor(2));
    const again = taskOf();
    await stageSeekIndex(again, 0, staged, {});
    expect(again.bytesRead()).toBe(0);
    expect([...staged.objects.keys()]).toEqual(['index/data.part-000001']);
    await stageSeekIndex(taskOf(), 1, staged, {});
    await stageSeekIndex(again, 1, staged, {});
    expect(again.bytesRead()).toBe(0);
  });

  test('is asked for with the last part', async () => {
    const found = new Map();
    expect(indexJob(found, 'data', 2)).toEqual({ round: 'index', index: 2 });
    const staged = memoryStageStore();
    for (const name of [
      'index/data.part-000001',
      'index/data.part-000002',
      'index/x.part-000003',
    ]) {
      await staged.create(name, []);
    }
    const job = indexJob(await staged.list('index/'), 'data', 2);
    expect(job).toEqual({ round: 'index', index: 2, part: 2 });
  });
});

describe('a seek index fails', () => {
  test('if no block ends in all the time of a job, at the start and later', async () => {
    const staged = memoryStageStore();
    // Stored blocks, then one long block of literals in fixed codes.
    const begun = deflateRawSync(plain.subarray(0, 3 * MIB), {
      level: 0,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    const long = Buffer.alloc(20 * MIB, 0xaa);
    const task = taskOf(Buffer.concat([begun, long]));
    await stageSeekIndex(task, 0, staged, timeFor(1));
    const going = stageSeekIndex(task, 1, staged, timeFor(1));
    await expect(going).rejects.toThrow(BoundExceededError);
    await expect(going).rejects.toThrow(
      /^data\.npy in x has no place between two blocks after byte \d{7} of \d+ compressed, as far as one function reads, so a pass cannot go on; unpack it$/,
    );
    const other = memoryStageStore();
    const never = stageSeekIndex(taskOf(long), 0, other, timeFor(1));
    await expect(never).rejects.toThrow('after byte 0 of');
    expect(other.objects.size).toBe(0);
  });

  test('if the part is gone or damaged', async () => {
    const staged = memoryStageStore();
    await expect(stageSeekIndex(taskOf(), 3, staged, {})).rejects.toThrow(CorruptSourceError);
    await expect(stageSeekIndex(taskOf(), 3, staged, {})).rejects.toThrow(
      'what was staged of data.npy in x lacks index/data.part-000003; start the export again',
    );
    await staged.create('index/data.part-000003', [Uint8Array.of(1)]);
    await expect(stageSeekIndex(taskOf(), 3, staged, {})).rejects.toThrow('is a damaged part');
  });

  test('as its store does, but not because a twin was there first', async () => {
    const failing: StageStore = {
      ...memoryStageStore(),
      create: () => Promise.reject(new ServiceUnavailableError('no answer')),
    };
    await expect(stageSeekIndex(taskOf(), 0, failing, timeFor(2))).rejects.toThrow('no answer');
  });
});
