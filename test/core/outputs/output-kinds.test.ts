import { afterEach, describe, expect, it, vi } from 'vitest';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { DEFAULT_KIND, OUTPUT_KINDS } from '#core/outputs/output-kinds.ts';

describe('the kinds of output', () => {
  it('are named once each, with one for a request that names none', () => {
    expect(OUTPUT_KINDS).toEqual(['csv', 'svmlight', 'npz', 'mtx', 'recordio-protobuf', 'parquet']);
    expect(DEFAULT_KIND).toBe('csv');
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
