import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { planSample } from '#core/tables/infer/sample-plan.ts';
import { sampleCsv, sampleJsonl } from '#core/tables/infer/sample-text.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { infer, typesOf } from './infer-case.ts';

const MiB = 1024 * 1024;
const SHAPE = { format: csvFormatSection.parse({}), columns: 2 };

function pinsOf(...sizes: number[]) {
  return sizes.map((size, k) => ({ uri: `${k}`, etag: '', versionId: null, size }));
}

describe('a sample', () => {
  test('is all of a small source, object by object', () => {
    expect(planSample(pinsOf(3, 5), false)).toEqual([
      { object: 0, at: 0, length: 3 },
      { object: 1, at: 0, length: 5 },
    ]);
  });

  test('is eight places of a large one, which go on in the next object', () => {
    const parts = planSample(pinsOf(40 * MiB, 40 * MiB), false);
    expect(parts).toHaveLength(8);
    expect(parts[0]).toEqual({ object: 0, at: 4 * MiB, length: 2 * MiB });
    const across = planSample(pinsOf(5 * MiB, 75 * MiB), false);
    expect(across.slice(0, 2)).toEqual([
      { object: 0, at: 4 * MiB, length: MiB },
      { object: 1, at: 0, length: MiB },
    ]);
  });

  test('begins with each compressed object', () => {
    expect(planSample(pinsOf(9, 9), true)).toEqual([
      { object: 0, at: 0, length: 8 * MiB },
      { object: 1, at: 0, length: 8 * MiB },
    ]);
    expect(planSample(pinsOf(...Array(20).fill(9)), true)[0]).toMatchObject({ length: 2 * MiB });
  });

  test('is of 64 objects at most, evenly', () => {
    const parts = planSample(pinsOf(...Array(640).fill(9)), false);
    expect(parts.map(({ object }) => object)).toEqual(Array.from({ length: 64 }, (_, k) => 10 * k));
  });
});

describe('a part of a text', () => {
  const record = (k: number) => `${k},"a\n${k},b"\n`;
  const text = Array.from({ length: 2000 }, (_, k) => record(k)).join('');
  const source = memorySource(Buffer.from(text), 'x.csv');
  const object = { source, compression: 'none', start: 0 } as const;

  test('has whole records of CSV', async () => {
    const { raw, records, isEnd } = (await sampleCsv(object, { at: 0, length: 100 }, SHAPE))!;
    expect(Buffer.from(raw).toString()).toBe([0, 1, 2, 3, 4, 5].map(record).join(''));
    expect([records, isEnd]).toEqual([6, false]);
    const middle = (await sampleCsv(object, { at: 5000, length: 40 }, SHAPE))!;
    expect(text).toContain(Buffer.from(middle.raw).toString());
    expect(Buffer.from(middle.proved)).toEqual(Buffer.from(middle.raw));
    expect(Buffer.from(middle.raw).toString()).toMatch(/^\d+,"a\n\d+,b"\n(?:\d+,"a\n\d+,b"\n)*$/);
  });

  test('reads on where not one record ends in it', async () => {
    const long = memorySource(Buffer.from(`1,${'x'.repeat(500)}\n2,y\n`), 'x.csv');
    const read = { source: long, compression: 'none', start: 0 } as const;
    expect(await sampleCsv(read, { at: 0, length: 10 }, SHAPE)).toMatchObject({ records: 2 });
  });

  test('ends at the end of the text', async () => {
    const { length } = text;
    const last = await sampleCsv(object, { at: length - 30, length: 100 }, SHAPE);
    expect(last).toMatchObject({ isEnd: true });
    expect(Buffer.from(last!.raw).toString().endsWith(record(1999))).toBe(true);
    expect(await sampleCsv(object, { at: length - 1, length: 9 }, SHAPE)).toBeUndefined();
  });

  test('is none where it is not clear where a record begins', async () => {
    const fooling = `a,"x\n${'1001,plain\n'.repeat(400_000)}y"\n`.repeat(2);
    const read = { ...object, source: memorySource(Buffer.from(fooling), 'x.csv') };
    const places = [200_000, 5_000_000].map((at) => sampleCsv(read, { at, length: 99 }, SHAPE));
    for (const place of places) {
      // Either it is not clear, or the wrong choice is found out.
      const outcome = await place.catch((error: Error) => error.name);
      expect(outcome === undefined || typeof outcome === 'string' || outcome.records > 0).toBe(
        true,
      );
    }
  });

  test('of a text that is not sound is refused', async () => {
    const bad = {
      ...object,
      source: memorySource(Buffer.from(`1,2,3\n${'1,2\n'.repeat(99)}`), 'x.csv'),
    };
    await expect(sampleCsv(bad, { at: 0, length: 200 }, SHAPE)).rejects.toThrow('3 fields');
  });

  test('of a compressed text begins behind its header', async () => {
    const read = {
      source: memorySource(gzipSync('a,b\n1,2\n3,4\n'), 'x.csv.gz'),
      compression: 'gzip' as const,
      start: 4,
    };
    const { raw, isEnd } = (await sampleCsv(read, { at: 7, length: 99 }, SHAPE))!;
    expect([Buffer.from(raw).toString(), isEnd]).toEqual(['1,2\n3,4\n', true]);
  });

  test('has whole lines of JSON', async () => {
    const lines = Array.from({ length: 99 }, (_, k) => `{"a":${k}}\n`).join('');
    const read = { ...object, source: memorySource(Buffer.from(lines), 'x.jsonl') };
    const sample = (await sampleJsonl(read, { at: 5, length: 20 }))!;
    expect(Buffer.from(sample.raw).toString()).toBe('{"a":1}\n{"a":2}\n');
    expect(Buffer.from(sample.proved).toString()).toBe('{"a":"1"}\n{"a":"2"}\n');
    const long = memorySource(Buffer.from(`{"a":"${'x'.repeat(5 * MiB)}"}\n`), 'x.jsonl');
    expect(await sampleJsonl({ ...read, source: long }, { at: 9, length: 20 })).toBeUndefined();
  });
});

test('a large table is sampled in its middle', async () => {
  const lines = Array.from({ length: 800_000 }, (_, k) => `${k},${'abcdef'.repeat(5)}\n`);
  const found = await infer({ 'x.csv': `a,b\n${lines.join('')}` });
  expect(typesOf(found)).toEqual({ a: 'INTEGER', b: 'VARCHAR' });
  expect(found.sample.bytes).toBeGreaterThan(15.9 * MiB);
  expect(found.sample.bytes).toBeLessThan(16.1 * MiB);
});

test('a place in which no record begins is passed', async () => {
  const line = '{"a":1}\n'.repeat((13 * MiB) / 8);
  const long = 'x'.repeat(3.9 * MiB);
  const lines = await infer({ 'x.jsonl': `${line}{"b":"${long}"}` });
  expect(typesOf(lines)).toMatchObject({ a: 'TINYINT' });
  const records = '1,abcd\n'.repeat((13 * MiB) / 7);
  const found = await infer({ 'x.csv': `a,b\n${records}2,${long}` });
  expect(typesOf(found)).toEqual({ a: 'TINYINT', b: 'VARCHAR' });
});

test('a first line that is long is read whole', async () => {
  const name = 'x'.repeat(200);
  const names = Array.from({ length: 3000 }, (_, k) => `${name}${k}`);
  const found = await infer({ 'x.csv': `${names.join(',')}\n${names.map(() => 1).join(',')}\n` });
  expect(found.columns).toHaveLength(3000);
  const endless = 'x'.repeat(5 * MiB);
  await expect(infer({ 'x.csv': endless })).rejects.toThrow('begins with a record of more than');
});
