import { afterEach, describe, expect, it, vi } from 'vitest';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { DEFAULT_KIND, OUTPUT_KINDS, outputOf, outputSpec } from '#core/outputs/output-kinds.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

describe('the kinds of output', () => {
  it('are named once each, with one for a request that names none', () => {
    expect(OUTPUT_KINDS).toEqual(['csv']);
    expect(DEFAULT_KIND).toBe('csv');
  });

  it('follow from the kind of the spec', () => {
    expect(outputOf(PLAIN_CSV)).toMatchObject({ ending: '.csv', contentType: 'text/csv' });
    const zipped = outputOf({ ...PLAIN_CSV, compression: 'gzip' });
    expect(zipped).toMatchObject({ ending: '.csv.gz', contentType: 'application/gzip' });
  });

  it('refuse a spec of no kind, and one with a field too many', () => {
    expect(outputSpec.safeParse(PLAIN_CSV).data).toEqual(PLAIN_CSV);
    expect(outputSpec.safeParse({ ...PLAIN_CSV, kind: 'tsv' }).success).toBe(false);
    expect(outputSpec.safeParse({ ...PLAIN_CSV, level: 9 }).success).toBe(false);
  });
});

describe('the room of the encoders', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('holds the part buffers that are written in place', () => {
    const { kernel, buffers } = openEncoderRoom({ count: 3, bytes: 100_000 });
    expect(kernel?.buffers).toBe(buffers);
    expect(buffers?.map(({ length }) => length)).toEqual([100_000, 100_000, 100_000]);
  });

  it('holds nothing in an engine without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(openEncoderRoom({ count: 1, bytes: 9 })).toEqual({
      ...{ kernel: undefined, buffers: undefined },
    });
  });
});
