import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CorruptSourceError } from '#core/errors.ts';
import { type MemoryStageStore, memoryStageStore } from '#core/objects/memory-stage-store.ts';
import {
  LARGE_GZIP_BYTES,
  stageText,
  TextIndexes,
  textTask,
} from '#core/tables/run/text-indexes.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const text = Buffer.from(randomBytes(9_000_000).toString('base64'));
const packed = gzipSync(text, { level: 1 });
const damaged = Buffer.from(packed);
damaged[damaged.length - 8]! ^= 1;
const store = memoryObjectStore({ 's3://b/x.csv.gz': packed, 's3://b/y.csv.gz': damaged });

function stagedTexts() {
  const stores = new Map<string, MemoryStageStore>();
  const stagedFor = (stageId: string) => {
    const staged = stores.get(stageId) ?? memoryStageStore(stageId);
    stores.set(stageId, staged);
    return staged;
  };
  return { stores, stagedFor, indexes: new TextIndexes(stagedFor, 1000) };
}

const never = { isTimeUp: () => false };

describe('TextIndexes', () => {
  it('are of texts in gzip that are large', () => {
    const indexes = new TextIndexes(stagedTexts().stagedFor);
    expect(indexes.isIndexed({ size: LARGE_GZIP_BYTES + 1 }, 'gzip')).toBe(true);
    expect(indexes.isIndexed({ size: LARGE_GZIP_BYTES }, 'gzip')).toBe(false);
    expect(indexes.isIndexed({ size: LARGE_GZIP_BYTES + 1 }, 'zstd')).toBe(false);
    expect(indexes.isIndexed({ size: LARGE_GZIP_BYTES + 1 }, 'none')).toBe(false);
  });

  it('are made by a job, and then open the text', async () => {
    const { stores, stagedFor, indexes } = stagedTexts();
    const pin = await store.pin('s3://b/x.csv.gz');
    const task = await indexes.taskOf(pin, 3);
    expect(task).toEqual({ text: pin, job: { round: 'index', index: 3 } });
    expect(textTask.parse(structuredClone(task))).toEqual(task);
    await expect(indexes.open(pin, store)).rejects.toThrow('lacks index/text.idx; start the run');
    await stageText(task!, { store, stagedFor }, never);
    expect([...stores.values()].flatMap(({ objects }) => [...objects.keys()])).toEqual([
      'index/text.idx',
    ]);
    expect(await indexes.taskOf(pin, 3)).toBeUndefined();
    const { source, places } = await indexes.open(pin, store);
    expect(places.storedAt(text.length)).toBe(packed.length);
    const bytes = await source.read({ offset: 7_000_000, length: 1000 });
    expect(Buffer.compare(bytes, text.subarray(7_000_000, 7_001_000))).toBe(0);
    // Those of another version are others.
    expect(await indexes.taskOf({ ...pin, etag: 'other' }, 0)).toBeDefined();
  });

  it('go on with the last part of an index whose time was up, to the same bytes', async () => {
    const [whole, parts] = [stagedTexts(), stagedTexts()];
    const pin = await store.pin('s3://b/x.csv.gz');
    await stageText((await whole.indexes.taskOf(pin, 0))!, { ...whole, store }, never);
    const jobs: unknown[] = [];
    for (let task = await parts.indexes.taskOf(pin, 0); task !== undefined; ) {
      jobs.push(task.job);
      await stageText(task, { ...parts, store }, { isTimeUp: () => true });
      task = await parts.indexes.taskOf(pin, 0);
    }
    expect(jobs.slice(0, 2)).toEqual([
      { round: 'index', index: 0 },
      { round: 'index', index: 0, part: 1 },
    ]);
    const [id] = whole.stores.keys();
    const bytesOf = ({ stores }: typeof whole) => stores.get(id!)!.objects.get('index/text.idx')!;
    expect(Buffer.compare(bytesOf(whole), bytesOf(parts))).toBe(0);
  });

  it('are not made of a text that is damaged', async () => {
    const { stores, stagedFor, indexes } = stagedTexts();
    const task = await indexes.taskOf(await store.pin('s3://b/y.csv.gz'), 0);
    const made = stageText(task!, { store, stagedFor }, never);
    await expect(made).rejects.toThrow(CorruptSourceError);
    await expect(made).rejects.toThrow(/s3:\/\/b\/y\.csv\.gz is no whole gzip file: its CRC-32 is/);
    expect([...stores.values()].flatMap(({ objects }) => [...objects.keys()])).toEqual([]);
  });
});
