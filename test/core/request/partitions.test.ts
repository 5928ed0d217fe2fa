import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseTableRequest, tableSpecOf } from '#core/request/table-request.ts';
import { bindTable } from '#core/run/bind-table.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const SCHEMA = { id: 'int', day: 'date' };

function request(output: object = {}, fields: object = {}) {
  return {
    ...{ source: 's3://data/a.csv', schema: SCHEMA },
    output: { uri: 's3://out/x/', partitionBy: ['day'], ...output },
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

describe('output.partitionBy', () => {
  it('is kept, for the run and for the spec of its files', () => {
    const parsed = parseTableRequest(request());
    expect(parsed.partitionBy).toEqual(['day']);
    expect(tableSpecOf(parsed).partitionBy).toEqual(['day']);
  });

  it('may replace those partitions alone that a run has', () => {
    const parsed = parseTableRequest(request({ mode: 'overwrite-partitions' }));
    expect(parsed.place.mode).toBe('overwrite-partitions');
  });

  it('is part of the run id', async () => {
    const store = memoryObjectStore({ 's3://data/a.csv': Buffer.from('id,day\n') });
    const deployment = { outputBucket: 'out', requestDefaults: {}, engine: 'e' };
    const idOf = async (output: object) =>
      (await bindTable(request(output), deployment, store)).runId;
    const ids = [
      {},
      { partitionBy: ['id'] },
      { partitionBy: ['id', 'day'] },
      { partitionBy: undefined },
    ];
    expect(new Set(await Promise.all(ids.map(idOf))).size).toBe(4);
  });

  const INBOX = {
    source: { inbox: { uri: 's3://data/in/' } },
    onBadRow: 'reject',
  };
  const POSTGRES = { connection: 'main', table: 'trips', key: 'id', version: '1' };

  it.each([
    [request({ partitionBy: [] }), 'a list of 1 to 8 names of columns, each once'],
    [request({ partitionBy: ['a', 'a'] }), 'each once'],
    [request({ partitionBy: 'day' }), 'a list of 1 to 8'],
    [request({ mode: 'overwrite-partitions', partitionBy: undefined }), 'name their columns, or'],
    [request({ mode: 'replace' }), "'create', 'append', 'overwrite' or 'overwrite-partitions'"],
    [request({ files: 2 }), 'either partitionBy or files'],
    [request({}, { chunking: { rows: 5 } }), 'given without output.partitionBy'],
    [request({ companions: ['hive'] }), 'MSCK REPAIR TABLE'],
    [request({ mode: 'append' }, INBOX), 'whose batches are not partitioned yet'],
    [request({}, { source: { postgres: POSTGRES } }), 'whose files are chunks of keys'],
    [
      request({ format: 'postgres', postgres: { connection: 'main', table: 't' } }),
      'a table of a database has no folders',
    ],
  ])('refuses %j', (given, says) => {
    expect(problemOf(given)).toContain(says);
  });
});

describe('source.inbox', () => {
  const inbox = { source: { inbox: { uri: 's3://data/in/' } }, schema: SCHEMA, onBadRow: 'reject' };

  it.each([
    [{ companions: ['iceberg'] }, 'whose metadata has one attempt for each generation'],
    [
      { format: 'postgres', postgres: { connection: 'main', table: 't' } },
      'what one of them has loaded stays',
    ],
  ])('refuses an output %j', (output, says) => {
    const given = { ...inbox, output: { uri: 's3://out/x/', mode: 'append', ...output } };
    expect(problemOf(given)).toContain(says);
  });
});
