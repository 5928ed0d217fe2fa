import { describe, expect, it } from 'vitest';
import { parseRequest } from '#core/request/request.ts';
import { ledgerName, runIdentity, runIdOf } from '#core/run/run-id.ts';

const uri = 's3://data/matrix.npz';
const pin = { uri, etag: 'e1', versionId: null, size: 10 };

function idOf(body: object, source = pin): Promise<string> {
  return runIdOf(
    runIdentity(parseRequest({ source: uri, ...body }), { pin: source, outputBucket: 'out' }),
  );
}

describe('runIdOf', () => {
  it('is the first half of SHA-256, in hexadecimal', async () => {
    expect(await runIdOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223');
  });

  it('does not change with limits, expect and dryRun, so that they resume the same run', async () => {
    const plain = await idOf({});
    expect(await idOf({ limits: { concurrency: 9 } })).toBe(plain);
    expect(await idOf({ expect: { rows: 1 } })).toBe(plain);
    expect(await idOf({ dryRun: true })).toBe(plain);
  });

  it('is the same whether a default is written out or not', async () => {
    const text = { profile: 'pandas-2', delimiter: ',' };
    const spelled = { output: { format: 'csv', mode: 'create', text } };
    expect(await idOf(spelled)).toBe(await idOf({}));
  });

  it('changes with everything that changes the bytes or where they go', async () => {
    const ids = await Promise.all([
      idOf({}),
      idOf({}, { ...pin, etag: 'e2' }),
      idOf({}, { ...pin, versionId: 'v' as unknown as null }),
      idOf({ output: { uri: 's3://out/else/' } }),
      idOf({ output: { uri: 's3://out/else/', mode: 'append' } }),
      idOf({ output: { text: { profile: 'empty' } } }),
      idOf({ output: { text: { delimiter: ';' } } }),
      idOf({ output: { text: { naRep: 'NA' } } }),
      idOf({ output: { text: { header: 'first-chunk' } } }),
      idOf({ chunking: { rows: 5 } }),
      idOf({ chunking: { targetBytes: 5 } }),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('ledgerName', () => {
  it('is the run id, and another name where the chunk ids are others', () => {
    expect([1, 2, 3].map((generation) => ledgerName({ runId: 'abc', generation }))).toEqual([
      'abc',
      'abc@2',
      'abc@3',
    ]);
  });
});
