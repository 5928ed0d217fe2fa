import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseTableRequest, tableSpecOf } from '#core/request/table-request.ts';
import { bindTable } from '#core/run/bind-table.ts';
import { isShuffled } from '#core/tables/run/asked-table.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const SCHEMA = { id: 'int', zip: 'text' };

function request(chunking: object = {}, fields: object = {}) {
  return {
    ...{ source: 's3://data/a.csv', schema: SCHEMA },
    output: { uri: 's3://out/x/' },
    chunking: { keysWhole: ['zip'], ...chunking },
    ...fields,
  };
}

function problemOf(given: object): string {
  try {
    parseTableRequest(given);
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
  return '';
}

const POSTGRES = { connection: 'main', table: 'trips', key: ['zip', 'id'], version: '1' };

describe('chunking.keysWhole', () => {
  it('is kept, says a size by output.targetFileBytes, and is no form of the files', () => {
    const parsed = parseTableRequest(request());
    expect(parsed).toMatchObject({
      keysWhole: ['zip'],
      size: { targetFileBytes: 512 * 1024 ** 2 },
    });
    expect(isShuffled(parsed)).toBe(true);
    expect(tableSpecOf(parsed)).toEqual(
      tableSpecOf(parseTableRequest(request({}, { chunking: {} }))),
    );
  });

  it('may say of a database what its key is, which needs no shuffle', () => {
    const source = { postgres: POSTGRES };
    const fields = { source, schema: undefined, chunking: { keysWhole: ['zip', 'id'], rows: 9 } };
    const parsed = parseTableRequest(request({}, fields));
    expect(parsed).toMatchObject({ keysWhole: ['zip', 'id'], size: { rows: 9 } });
    expect(isShuffled(parsed)).toBe(false);
  });

  it('is part of the run id', async () => {
    const store = memoryObjectStore({ 's3://data/a.csv': Buffer.from('id,zip\n') });
    const deployment = { outputBucket: 'out', requestDefaults: {}, engine: 'e' };
    const idOf = async (chunking: object) =>
      (await bindTable(request(chunking), deployment, store)).runId;
    const ids = [{}, { keysWhole: ['id'] }, { keysWhole: undefined }];
    expect(new Set(await Promise.all(ids.map(idOf))).size).toBe(3);
  });

  it.each([
    [request({ keysWhole: [] }), 'a list of 1 to 8 names of columns, each once'],
    [request({ keysWhole: ['zip', 'zip'] }), 'each once'],
    [request({ keysWhole: 'zip' }), 'a list of 1 to 8'],
    [request({ rows: 5 }), 'leave out rows, and say by output.targetFileBytes'],
    [request({}, { output: { files: 2 } }), 'how many chunks there are follows from the keys'],
    [request({}, { output: { partitionBy: ['id'] } }), 'give one of both'],
    [
      request(
        {},
        {
          source: { inbox: { uri: 's3://data/in/' } },
          ...{ onBadRow: 'reject', output: { uri: 's3://out/x/', mode: 'append' } },
        },
      ),
      'whose batches each have rows of any key',
    ],
    [
      request({}, { output: { format: 'postgres', postgres: { connection: 'main', table: 't' } } }),
      'write files first, and load these by another run',
    ],
    [
      request({}, { source: { postgres: POSTGRES } }),
      'chunking.keysWhole is ["zip"], but the rows of source.postgres are read by its key ["zip","id"]',
    ],
    [
      request({ keysWhole: ['id', 'zip'] }, { source: { postgres: POSTGRES } }),
      'the same columns in the same order',
    ],
    [
      request(
        {},
        { source: { postgres: { ...POSTGRES, key: 'zip' } }, output: { partitionBy: ['id'] } },
      ),
      'give one of both',
    ],
  ])('refuses %j', (given, says) => {
    expect(problemOf(given)).toContain(says);
  });
});
