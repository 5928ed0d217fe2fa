import { describe, expect, it } from 'vitest';
import { rangeText } from '#core/run/planned-chunk.ts';
import type { TablePosition } from '#core/tables/pack/pack-units.ts';
import { ObjectList } from '#core/tables/run/object-list.ts';
import {
  databaseChunks,
  originOf,
  tableChunk,
  tableChunkOf,
} from '#core/tables/run/table-chunk.ts';

const objects = new ObjectList();
for (const name of ['a', 'bb', 'ccc']) {
  objects.add({ uri: `s3://b/${name}`, etag: name, versionId: null, size: 10 });
}

function namesIn(end: TablePosition): string[] {
  const { list } = tableChunkOf({ index: 0, start: { object: 1, at: 5 }, end }, objects);
  const lines = Buffer.from(objects.textOf(list)).toString().trim().split('\n');
  return lines.map((line) => JSON.parse(line).etag);
}

describe('tableChunk', () => {
  it('stays the same as JSON, and holds nothing else', () => {
    const [start, end] = [
      { object: 1, at: 0 },
      { object: 2, at: 7 },
    ];
    const chunk = tableChunkOf({ index: 4, start, end }, objects);
    expect(tableChunk.parse(JSON.parse(JSON.stringify(chunk)))).toEqual(chunk);
    const within = { ...chunk, end: { ...end, row: 3 } };
    expect(tableChunk.parse(JSON.parse(JSON.stringify(within)))).toEqual(within);
    const partition = ['2026-11-29', null];
    const ofPartition = tableChunkOf({ index: 4, start, end, partition }, objects);
    expect(tableChunk.parse(JSON.parse(JSON.stringify(ofPartition)))).toEqual({
      ...chunk,
      partition,
    });
    expect(() => tableChunk.parse({ ...chunk, more: 1 })).toThrow();
  });

  it('names the objects of which it reads anything', () => {
    expect(namesIn({ object: 1, at: 9 })).toEqual(['bb']);
    expect(namesIn({ object: 2, at: 0 })).toEqual(['bb']);
    expect(namesIn({ object: 2, at: 1 })).toEqual(['bb', 'ccc']);
    expect(namesIn({ object: 2, at: 0, row: 4 })).toEqual(['bb', 'ccc']);
    expect(namesIn({ object: 3, at: 0 })).toEqual(['bb', 'ccc']);
  });
});

describe('databaseChunks', () => {
  const first = { first: ['a'], last: ['b'], keys: 2, rows: 9, start: 0, next: ['c'] };
  const second = { first: ['c'], last: [null], keys: 3, rows: 7, start: 2 };

  it('are cut between keys, and have all keys up to the next', () => {
    const chunks = databaseChunks([first, second], 5);
    expect(chunks).toEqual([
      {
        ...{ index: 5, start: { object: 0, at: 0 }, end: { object: 0, at: 2 } },
        list: { offset: 0, length: 0 },
        keys: { first: ['a'], last: ['b'], next: ['c'], keys: 2, rows: 9 },
      },
      {
        ...{ index: 6, start: { object: 0, at: 2 }, end: { object: 1, at: 0 } },
        list: { offset: 0, length: 0 },
        keys: { first: ['c'], last: [null], keys: 3, rows: 7 },
      },
    ]);
    const text = JSON.stringify(chunks[0]);
    expect(JSON.stringify(tableChunk.parse(JSON.parse(text)))).toBe(text);
    expect(rangeText(chunks[1]!)).toBe('keys ["c"] to [null]');
  });

  it('are one where there are no rows', () => {
    expect(databaseChunks([], 0)).toEqual([
      {
        ...{ index: 0, start: { object: 0, at: 0 }, end: { object: 1, at: 0 } },
        list: { offset: 0, length: 0 },
      },
    ]);
  });
});

describe('originOf', () => {
  it('names run, chunk and range', () => {
    const [start, end] = [
      { object: 0, at: 0 },
      { object: 1, at: 5, row: 2 },
    ];
    expect(originOf('0f', { index: 7, start, end })).toEqual({
      'sparse-fanout.run': '0f',
      'sparse-fanout.chunk': '7',
      'sparse-fanout.range': '{"start":{"object":0,"at":0},"end":{"object":1,"at":5,"row":2}}',
    });
  });
});
