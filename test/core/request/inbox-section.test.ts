import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import { wingOf } from '#core/request/wing.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const uri = 's3://raw/arrivals/';

const REQUEST = {
  source: { inbox: { uri } },
  schema: { id: 'int' },
  onBadRow: 'reject',
  output: { uri: 's3://lake/all/', mode: 'append' },
};

function problemsOf(request: object): readonly string[] {
  try {
    parseTableRequest({ ...REQUEST, ...request });
  } catch (error) {
    if (error instanceof RequestError) return error.problems;
    throw error;
  }
  return [];
}

describe('source.inbox', () => {
  it('takes in by default as many bytes as a file has, after an hour, or an object of them', () => {
    const rules = { targetBytes: 512 * 1024 ** 2, maxAgeSeconds: 3600 };
    expect(parseTableRequest(REQUEST).source).toMatchObject({
      uris: [uri],
      inbox: { uri, ...rules, largeBytes: rules.targetBytes },
    });
    const output = { ...REQUEST.output, targetFileBytes: 20e6 };
    expect(parseTableRequest({ ...REQUEST, output }).source.inbox).toMatchObject({
      ...{ targetBytes: 20e6, largeBytes: 20e6 },
    });
  });

  it('takes in as it is asked for', () => {
    const inbox = { uri, targetBytes: 5, maxAge: '15 minutes', largeBytes: 7 };
    expect(parseTableRequest({ ...REQUEST, source: { inbox } }).source.inbox).toEqual({
      ...{ uri, targetBytes: 5, maxAgeSeconds: 900, largeBytes: 7 },
    });
  });

  it('makes a request one of a table', async () => {
    expect(await wingOf({ source: { inbox: { uri } } }, memoryObjectStore({}))).toBe('table');
  });

  it.each([
    [{ source: { inbox: 's3://raw/arrivals/' } }, /^source\.inbox must be an object with uri/],
    [{ source: { inbox: { uri: 's3://raw/arrivals' } } }, /^source\.inbox\.uri must be .*a folder/],
    [{ source: { inbox: { uri, maxAge: '15m' } } }, /^source\.inbox\.maxAge must be an age such/],
    [{ source: { inbox: { uri, targetBytes: 0 } } }, /^source\.inbox\.targetBytes must be a whole/],
    [{ source: { inbox: { uri, every: 5 } } }, /^source\.inbox has unknown keys "every"/],
    [
      { source: { uri, inbox: { uri } } },
      /^source must be an object with one of uri, uris, inbox and/,
    ],
    [{ source: { versionId: 'a', inbox: { uri } } }, /either versionId or inbox/],
    [{ output: { uri: 's3://lake/all/' } }, /^output\.mode must be 'append' .* got "create"$/],
    [{ output: { ...REQUEST.output, mode: 'overwrite' } }, /must be 'append' .* got "overwrite"$/],
    [{ schema: undefined }, /^schema must be given where source\.inbox is/],
    [{ onBadRow: 'fail' }, /^onBadRow must be 'reject' .* got "fail"$/],
    [{ expect: { rows: 5 } }, /^expect\.rows is of one run/],
    [{ output: { uri: 's3://raw/arrivals/all', mode: 'append' } }, /lie in each other/],
    [{ output: { uri: 's3://raw/arrivals', mode: 'append' } }, /lie in each other/],
    [{ source: { inbox: { uri: 's3://lake/all/in/' } } }, /lie in each other/],
  ])('fails where it is %j', (request, message) => {
    expect(problemsOf(request)).toEqual([expect.stringMatching(message)]);
  });
});
