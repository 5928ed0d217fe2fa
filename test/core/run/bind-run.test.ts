import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { RequestError, SourceNotFoundError } from '#core/errors.ts';
import { bindRun } from '#core/run/bind-run.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const bytes = Uint8Array.of(1, 2, 3);
const uri = 's3://data/folder/matrix.npz';
const store = memoryObjectStore({
  [uri]: bytes,
  's3://data/parts/1.npz': bytes,
  's3://data/parts/2.npz': bytes,
  's3://data/labels.npy': Uint8Array.of(1, 2, 3, 4),
});
const { etag } = memorySource(bytes);
const pin = { uri, etag, versionId: null, size: 3 };

function bind(request: unknown, requestDefaults = {}) {
  return bindRun(request, { outputBucket: 'out', requestDefaults }, store);
}

const dialect = {
  ...{ profile: 'typed', delimiter: ',', naRep: '', header: 'none' },
  ...{ lineTerminator: '\n', encoding: 'utf-8' },
};

/** The identity of a request that says nothing but its source, spelled out. */
const identity = JSON.stringify({
  contract: 7,
  source: { uri, etag, versionId: null },
  output: { uri: 's3://out/', kind: 'csv', dialect, compression: 'none' },
  chunking: 'automatic',
});

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

describe('bindRun', () => {
  it('names a run by its request, its source and the contract, and finds its place', async () => {
    const bound = await bind({ source: uri });
    expect(bound.identity).toBe(identity);
    expect(bound).toMatchObject({
      request: { concurrency: 500, dryRun: false, output: { uri: null, mode: 'create' } },
      source: pin,
      units: [{ uri, objects: [pin] }],
      pins: [pin],
      runId: idOf(identity),
      location: { bucket: 'out', prefix: `folder/matrix/${idOf(identity)}/` },
    });
  });

  it('is bound to the object with the names too, if they are printed', async () => {
    const source = { uri, columnNames: 's3://data/parts/1.npz' };
    const named = { ...pin, uri: source.columnNames };
    const output = { text: { header: 'first-chunk' } };
    expect((await bind({ source, output })).pins).toEqual([pin, named]);
    expect((await bind({ source })).pins).toEqual([pin]);
  });

  it('is bound to the object with the labels too, whose version is part of its name', async () => {
    const labels = {
      uri: 's3://data/labels.npy',
      etag: memorySource(Uint8Array.of(1, 2, 3, 4)).etag,
    };
    const output = { text: { label: { uri: labels.uri } } };
    const bound = await bind({ source: uri, output });
    const labelsPin = { ...labels, versionId: null, size: 4 };
    expect(bound.pins).toEqual([pin, labelsPin]);
    expect(bound.labels).toEqual({ pin: labelsPin, areNumbers: false });
    expect(JSON.parse(bound.identity)).toMatchObject({
      labels: { ...labels, versionId: null },
      output: { label: { uri: labels.uri } },
    });
    const other = { format: 'svmlight', zeroBased: true, label: { uri: labels.uri } };
    expect((await bind({ source: uri, output: other })).labels?.areNumbers).toBe(true);
    const gone = { text: { label: { uri: 's3://data/none.npy' } } };
    await expect(bind({ source: uri, output: gone })).rejects.toThrow(SourceNotFoundError);
  });

  it('goes to the folder that the request names in the bucket of the deployment', async () => {
    const output = { uri: 's3://out/there' };
    expect((await bind({ source: uri, output })).location).toEqual({
      ...{ bucket: 'out', prefix: 'there/' },
    });
  });

  it('refuses a place whose keys would be too long, asked for or made from the source', async () => {
    const asked = bind({ source: uri, output: { uri: `s3://out/${'x'.repeat(950)}` } });
    await expect(asked).rejects.toThrow(RequestError);
    await expect(asked).rejects.toThrow('output.uri has a prefix of 951 bytes, allowed are 944');
    const long = `s3://data/${'x'.repeat(920)}.npz`;
    const made = bindRun(
      { source: long },
      { outputBucket: 'out', requestDefaults: {} },
      memoryObjectStore({ [long]: bytes }),
    );
    await expect(made).rejects.toThrow('the output named after the source has a prefix of 954');
  });

  it('makes the place of a list of parts from the first of them', async () => {
    const uris = ['s3://data/parts/2.npz', 's3://data/parts/1.npz'];
    const { units, source, runId, location } = await bind({ source: { uris } });
    expect(units.map((unit) => unit.uri)).toEqual(uris);
    const versions = uris.map((each) => ({ uri: each, etag, versionId: null }));
    expect(source).toEqual({
      ...{ uri: uris[0], etag: idOf(JSON.stringify(versions)), versionId: null, size: 6 },
    });
    expect(location).toEqual({ bucket: 'out', prefix: `parts/2/${runId}/` });
  });

  it('lays the request over the presets of the deployment, which are part of the run', async () => {
    const preset = await bind({ source: uri }, { chunking: { rows: 7 } });
    expect(preset.request.chunking).toEqual({ rows: 7 });
    expect(preset.runId).toBe((await bind({ source: uri, chunking: { rows: 7 } })).runId);
    expect(preset.runId).not.toBe(idOf(identity));
  });

  it('binds the S3 event of an object to the run of its request', async () => {
    const detail = { bucket: { name: 'data' }, object: { key: 'folder/matrix.npz' } };
    const event = { 'detail-type': 'Object Created', source: 'aws.s3', detail };
    expect((await bind(event)).runId).toBe(idOf(identity));
  });

  it('fails on an output in another bucket', async () => {
    const binding = bind({ source: uri, output: { uri: 's3://else/there/' } });
    await expect(binding).rejects.toThrow(RequestError);
    await expect(binding).rejects.toThrow(
      'output.uri must lie in s3://out/, the bucket this deployment may write to, got s3://else/there/',
    );
  });

  it('fails on an output in a folder that is kept for the runs', async () => {
    const binding = bind({ source: uri, output: { uri: 's3://out/_staged/there/' } });
    await expect(binding).rejects.toThrow(RequestError);
    await expect(binding).rejects.toThrow('output.uri lies below _staged/');
  });

  it('fails on a source that is not there, and on what is no request', async () => {
    await expect(bind({ source: 's3://data/none.npz' })).rejects.toThrow(SourceNotFoundError);
    await expect(bind({})).rejects.toThrow(RequestError);
  });
});
