import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnsupportedSourceError } from '#core/errors.ts';
import { CsvKernel } from '#core/tables/text/csv/csv-kernel.ts';
import { JsonlKernel } from '#core/tables/text/jsonl/jsonl-kernel.ts';

describe('without WebAssembly', () => {
  beforeEach(() => {
    vi.stubGlobal('WebAssembly', undefined);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('refuses tables of text by name', () => {
    expect(() => new CsvKernel()).toThrow(UnsupportedSourceError);
    expect(() => new CsvKernel()).toThrow('the source is a CSV table, which takes WebAssembly');
    expect(() => new JsonlKernel()).toThrow(UnsupportedSourceError);
    expect(() => new JsonlKernel()).toThrow('run Node.js without --jitless');
  });
});
