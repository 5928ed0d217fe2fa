import { describe, expect, it } from 'vitest';
import { RequestError, UnsupportedSourceError } from '#core/errors.ts';
import { bindTable } from '#core/run/bind-table.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const bytes = new TextEncoder().encode('id\n1\n');
const store = memoryObjectStore({
  's3://raw/a.csv': bytes,
  's3://raw/t/1.csv': bytes,
  's3://raw/t/2.csv': bytes,
  's3://raw/mixed/1.csv': bytes,
  's3://raw/mixed/2.parquet': bytes,
});
const deployment = { outputBucket: 'lake', requestDefaults: {}, engine: 'duckdb-1' };

const bind = (request: object, changes: object = {}) =>
  bindTable(request, { ...deployment, ...changes }, store);

const request = { source: 's3://raw/t/', schema: { id: 'int' } };

const FUNCTIONS = { functions: 'clean' };
const CLEAN = { functions: { clean: 'd1' } };

async function runIdOf(changed: object, changes?: object): Promise<string> {
  return (await bind({ ...request, ...changed }, changes)).runId;
}

describe('bindTable', () => {
  it('is bound to the objects that an earlier round saw', async () => {
    const pin = { uri: 's3://raw/t/1.csv', etag: 'old', versionId: '7', size: 3 };
    const kept = (async function* () {
      yield pin;
    })();
    const bound = await bindTable(request, deployment, store, { pins: kept });
    expect(bound.objects).toMatchObject({ count: 1, totalBytes: 3, hasVersions: true });
    expect(bound.source).toEqual(pin);
    expect((await bind(request)).objects.hasVersions).toBe(false);
  });

  it('takes the version of a database from the request', async () => {
    const postgres = { connection: 'main', table: 'trips', key: 'zip', version: '7' };
    const { source, objects, location, runId } = await bind({ source: { postgres } });
    expect(source).toEqual({
      ...{ uri: 'postgres:main/public.trips', etag: '7', versionId: null, size: 0 },
    });
    expect(objects.count).toBe(1);
    expect(location.prefix).toContain('main');
    const others = [{ version: '8' }, { key: 'other' }, { table: 'other' }, { connection: 'b' }];
    for (const change of others) {
      const other = await bind({ source: { postgres: { ...postgres, ...change } } });
      expect(other.runId).not.toBe(runId);
    }
  });

  it('names another attempt of a generation by its number, too', async () => {
    const { objects } = await bind(request);
    const pins = objects.pins(0, 2);
    const idOf = async (attempt: number) =>
      (await bindTable(request, deployment, store, { pins, attempt })).runId;
    expect(await idOf(1)).toBe((await bind(request)).runId);
    expect(await idOf(2)).not.toBe(await idOf(1));
    expect(await idOf(3)).not.toBe(await idOf(2));
  });

  it('names a run by what decides its bytes, and finds its place', async () => {
    const bound = await bind(request);
    expect(JSON.parse(bound.identity)).toMatchObject({
      engine: 'duckdb-1',
      source: { uri: 's3://raw/t/', etag: bound.source.etag, byName: false },
      schema: [{ name: 'id', type: 'INTEGER' }],
      ...{ columns: {}, onBadRow: 'fail' },
      output: { uri: 's3://lake/', format: 'parquet', targetFileBytes: 536_870_912 },
    });
    expect(bound).toMatchObject({
      objects: { count: 2, totalBytes: 10 },
      source: { uri: 's3://raw/t/', versionId: null, size: 10 },
      location: { bucket: 'lake', prefix: `t/${bound.runId}/` },
    });
  });

  it('binds a function to its version, and refuses one that is not deployed', async () => {
    const arn = 'arn:aws:lambda:us-east-1:1:function:f:';
    const of = (version: number, transform: object) =>
      runIdOf({ transform }, { transforms: { clean: `${arn}${version}` } });
    const asked = { lambda: 'clean' };
    const same = await of(1, asked);
    expect(await of(1, { ...asked, rows: 'same' })).toBe(same);
    const others = await Promise.all([
      ...[runIdOf({}), of(2, asked), of(1, { ...asked, rows: 'fewer' })],
      of(1, { ...asked, schema: { id: 'int' } }),
    ]);
    expect(new Set([same, ...others]).size).toBe(5);
    await expect(of(1, { lambda: 'constructor' })).rejects.toThrow(
      'transform.lambda is constructor, but is no function of this deployment, which has clean; give it to the construct as transforms: { "constructor": … }',
    );
    await expect(runIdOf({ transform: asked })).rejects.toThrow('which has no functions');
  });

  it('gives the same run for what changes no bytes', async () => {
    const same = await runIdOf({});
    expect(await runIdOf({ schema: [{ name: 'id', type: 'integer' }] })).toBe(same);
    expect(await runIdOf({ output: { companions: [] } })).toBe(same);
    const limits = { concurrency: 1, outputBytes: 5 };
    expect(await runIdOf({ dryRun: true, expect: { rows: 1 }, limits })).toBe(same);
  });

  it.each([
    ['another source', { source: 's3://raw/a.csv' }, {}],
    ['another type', { schema: { id: 'bigint' } }, {}],
    ['no schema', { schema: undefined }, {}],
    ['a transform', { transform: { sql: 'select id from input' } }, {}],
    ['functions', { transform: { ...FUNCTIONS, sql: 'select f(id) from input' } }, CLEAN],
    ['other rows', { onBadRow: 'reject' }, {}],
    ['other columns', { columns: { id: { default: '0' } } }, {}],
    ['companions', { output: { companions: ['hive'] } }, {}],
    ['other files', { output: { files: 2 } }, {}],
    ['files of so many rows', { chunking: { rows: 2 } }, {}],
    ['another mode', { output: { uri: 's3://lake/x/', mode: 'append' } }, {}],
    ['another engine', {}, { engine: 'duckdb-2' }],
  ])('gives another run for %s', async (_, changed, changes) => {
    expect(await runIdOf(changed, changes)).not.toBe(await runIdOf({}));
  });

  it('gives another run for other functions of the name, and refuses names of none', async () => {
    const transform = { sql: 'select f(id) from input', functions: 'clean' };
    const others = { functions: { clean: 'd2', geo: 'd3' } };
    expect(await runIdOf({ transform }, others)).not.toBe(await runIdOf({ transform }, CLEAN));
    const more = { functions: { ...CLEAN.functions, geo: 'd3' } };
    expect(await runIdOf({ transform }, more)).toBe(await runIdOf({ transform }, CLEAN));
    const { identity } = await bind({ ...request, transform }, CLEAN);
    expect(JSON.parse(identity).transform).toEqual({
      sql: transform.sql,
      functions: { name: 'clean', digest: 'd1' },
    });
    for (const functions of ['toString', 'arn:aws:lambda:x', '../clean']) {
      const asked = bind({ ...request, transform: { ...transform, functions } }, others);
      await expect(asked).rejects.toThrow(RequestError);
      await expect(asked).rejects.toThrow(
        `transform.functions is ${JSON.stringify(functions)}, here are clean, geo;`,
      );
    }
    const none = bind({ ...request, transform });
    await expect(none).rejects.toThrow('transform.functions is "clean", there are none here');
  });

  it('refuses a place that is not in its bucket, and names of two formats', async () => {
    const elsewhere = bind({ ...request, output: { uri: 's3://other/x/' } });
    await expect(elsewhere).rejects.toThrow(RequestError);
    await expect(elsewhere).rejects.toThrow('output.uri must lie in s3://lake/');
    const mixed = bind({ ...request, source: 's3://raw/mixed/' });
    await expect(mixed).rejects.toThrow(UnsupportedSourceError);
  });
});
