import { describe, expect, it } from 'vitest';
import { parseFailedChild } from '#core/failure/failed-child.ts';

const why = { Error: 'CorruptSourceError', Cause: '{"errorMessage":"indices.npy is damaged"}' };

function parse(input: object, more: object = why) {
  return parseFailedChild(JSON.stringify({ ...more, Input: JSON.stringify(input) }));
}

describe('parseFailedChild', () => {
  it('names a writer by its chunk, and why it failed', () => {
    const chunk = { index: 3, rowStart: 6, rowEnd: 8 };
    expect(parse({ chunk }, { ...why, StopDate: '2026-11-28T00:00:00Z' })).toEqual({
      what: 'chunk 3 (rows 6 to 8)',
      name: 'CorruptSourceError',
      message: 'indices.npy is damaged',
      stoppedAt: '2026-11-28T00:00:00Z',
    });
  });

  it('names what prepares a source by the source', () => {
    const { what } = parse({ task: { unit: { uri: 's3://in/x.npz' } } });
    expect(what).toBe('preparing s3://in/x.npz');
    const text = parse({ task: { text: { uri: 's3://in/x.csv.gz' } } });
    expect(text.what).toBe('preparing s3://in/x.csv.gz');
  });

  it('does without an input that Step Functions leaves out', () => {
    expect(parseFailedChild(JSON.stringify(why)).what).toBe('a child');
  });

  it('says of others what there is to say', () => {
    expect(parse({}, {})).toEqual({
      what: 'a child',
      name: 'States.TaskFailed',
      message: 'no reason was given',
      stoppedAt: '',
    });
  });
});
