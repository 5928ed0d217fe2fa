import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@sparse-fanout/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { encodeMatrix } from '#core/chunks/encode-matrix.ts';
import { checkParquetFile } from '#core/containers/parquet/footer.ts';
import { BoundExceededError } from '#core/errors.ts';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { ParquetSpec } from '#core/outputs/parquet/parquet-spec.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { cutSlice, type Matrix, matrices } from '#support/arbitrary-matrix.ts';
import { encodeOutput, factsOfSlice } from '#support/encode-output.ts';
import { withEngine } from '#support/tables/with-engine.ts';
import { openFour } from '#test/core/chunks/chunk-fixture.ts';

const SPECS: readonly ParquetSpec[] = (['triples', 'lists'] as const).flatMap((layout) =>
  (['none', 'gzip', 'zstd'] as const).map((compression) => {
    return { kind: 'parquet', layout, compression, rowGroupBytes: 150 } as const;
  }),
);

/** Numbers as JSON of the engine prints them; NaN and infinities as texts. */
function shown(value: number | bigint, dtype: string): string {
  if (dtype === 'bool') return value === 0 ? 'false' : 'true';
  return String(value);
}

/** All entries, row by row, in the words of the engine. */
function entriesOf({ slice, options }: Matrix): string[] {
  const { indptr, indices, data } = slice;
  return Array.from({ length: slice.rowEnd }, (_, row) => row).flatMap((row) =>
    Array.from(
      indices.subarray(indptr[row], indptr[row + 1]),
      (column, at) => `${row} ${column} ${shown(data[indptr[row]! + at]!, options.dtype)}`,
    ),
  );
}

const SELECT = {
  triples: 'SELECT "row" AS r, "column" AS c, "value" AS v',
  lists: 'SELECT "row" AS r, unnest("columns") AS c, unnest("values") AS v',
} as const;

async function readBack(engine: Engine, path: string, layout: ParquetSpec['layout']) {
  const text = `${SELECT[layout]} FROM read_parquet('${path}')`;
  const rows = await engine.runSelect({ text });
  return rows.map(
    ({ r, c, v }) => `${r} ${c} ${typeof v === 'number' && Object.is(v, -0) ? 0 : v}`,
  );
}

describe.each(SPECS)('Parquet of a matrix as $layout, $compression', (spec) => {
  it('is read by DuckDB with the same entries', async () => {
    await withEngine(async (engine, directory) => {
      for (const [index, matrix] of fc.sample(matrices, { numRuns: 25, seed: 3 }).entries()) {
        const { slice, options } = matrix;
        const { bytes, records } = encodeOutput(
          spec,
          factsOfSlice(slice, options),
          cutSlice(slice, [2]),
        );
        const path = join(directory, `${index}.parquet`);
        await writeFile(path, bytes);
        await checkParquetFile(memorySource(new Uint8Array(bytes), path));
        const entries = entriesOf(matrix);
        expect(await readBack(engine, path, spec.layout)).toEqual(entries);
        expect(records).toBe(spec.layout === 'triples' ? entries.length : slice.rowEnd);
      }
    });
  });

  it('is the same for any slices and any part buffers, within its bounds', () => {
    const output = matrixOutputOf(spec);
    fc.assert(
      fc.property(matrices, fc.array(fc.nat(12), { maxLength: 4 }), ({ slice, options }, cuts) => {
        const facts = factsOfSlice(slice, options);
        const whole = encodeOutput(spec, facts, [slice]);
        expect(encodeOutput(spec, facts, cutSlice(slice, cuts), [9, 70])).toEqual(whole);
        const { min, max } = output.bounds(facts);
        expect(whole.bytes.length).toBeGreaterThanOrEqual(min);
        expect(whole.bytes.length).toBeLessThanOrEqual(max);
      }),
      { numRuns: 40 },
    );
  });

  it('is checked as it is, and says its settings', async () => {
    const output = matrixOutputOf(spec);
    async function* stored() {
      yield Buffer.from('PAR1');
    }
    expect(await output.check(stored(), 'chunk')).toMatchObject({ bytes: 4, records: undefined });
    expect(await Array.fromAsync(output.content(stored(), 'chunk'))).toHaveLength(1);
    expect(output.recordCount({ index: 0, rowStart: 0, rowEnd: 9 }, 7)).toBe(7);
    const { kind: format, rowGroupBytes: _, ...settings } = spec;
    expect(output.describe()).toMatchObject({
      'output.format': format,
      'output.layout': settings.layout,
      'output.compression': settings.compression,
    });
    expect(output.automaticTarget({ shape: [1, 1], dtype: 'int8', nnz: 1 }).bytes).toBe(2 ** 29);
    const filled = { shape: [1, 1], dtype: 'float64', nnz: 1, fillValue: 'NaN' } as const;
    expect(output.problem?.(filled)).toContain('readers of parquet take it for 0');
  });
});

const [PLAIN] = SPECS;

async function encodeFour(names?: readonly string[]): Promise<Buffer> {
  const columnNames = names && {
    uri: 'names',
    async *read() {
      yield names;
    },
  };
  const room = openEncoderRoom({ count: 0, bytes: 0 });
  const options = {
    output: matrixOutputOf(PLAIN!),
    room,
    buffer: new Uint8Array(4096),
    columnNames,
  };
  const parts = encodeMatrix(
    await openFour(),
    { index: 3, rowStart: 0, rowEnd: 4, rowsBefore: 10 },
    options,
  );
  const step = await parts.next(new Uint8Array(0));
  return Buffer.from(step.done === true ? step.value.last.bytes : step.value.bytes);
}

describe('a Parquet file of a matrix', () => {
  it('has the names of the columns, if they have any, and their number', async () => {
    const named = (await encodeFour(['a', 'é', 'c'])).toString();
    expect(named).toContain('sparse-fanout.column-names');
    expect(named).toContain('["a","é","c"]');
    expect((await encodeFour()).toString()).not.toContain('sparse-fanout.column-names');
  });

  it('numbers rows as in the whole output', async () => {
    await withEngine(async (engine, directory) => {
      const path = join(directory, 'four.parquet');
      await writeFile(path, await encodeFour());
      expect(await readBack(engine, path, 'triples')).toEqual([
        '10 0 10',
        '10 2 2',
        '11 1 -3',
        '13 0 4',
      ]);
    });
  });

  it('is refused with a row that a writer cannot hold as a row group', () => {
    const entries = 13_000_000;
    const slice: CsrSlice = {
      ...{ rowStart: 7, rowEnd: 8, nnz: entries, indptr: Int32Array.of(0, entries) },
      ...{ indices: new Int32Array(0), data: new Uint8Array(0) },
    };
    const facts = { shape: [9, entries], dtype: 'uint8', nnz: entries } as const;
    expect(() => encodeOutput(SPECS[3]!, facts, [slice])).toThrow(BoundExceededError);
    expect(() => encodeOutput(SPECS[3]!, facts, [slice])).toThrow(
      /^row 7 has 13000000 entries and takes/,
    );
  });
});
