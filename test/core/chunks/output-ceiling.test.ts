import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { assertBelowCeiling } from '#core/chunks/output-ceiling.ts';
import { sampleOutput } from '#core/chunks/sample-output.ts';
import { BoundExceededError } from '#core/errors.ts';
import { factsOf } from '#core/sources/open-source.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

const AUTOMATIC = 'automatic' as const;

const GZIP = { ...PLAIN_CSV, compression: 'gzip' } as const;

/** A matrix of one stored entry in each row. */
async function diagonal(rows: number, columns: number, value = (_: number) => 1.5) {
  const at = Array.from({ length: rows }, (_, row) => row);
  const npz = writeNpz({
    ...{ shape: [rows, columns], dtype: 'float64', indptr: [...at, rows] },
    ...{ indices: at.map((row) => (row * 7919) % columns), data: at.map(value) },
  });
  const { matrix, layout } = await openMatrix(memorySource(npz, 's3://b/diagonal.npz'));
  return { source: matrix, facts: factsOf(layout) };
}

/** Bytes of all rows as one chunk that is not the first. */
async function wholeBytes({ source }: Awaited<ReturnType<typeof diagonal>>, output = PLAIN_CSV) {
  const [rows] = source.shape;
  let bytes = 0;
  const chunk = { index: 1, rowStart: 0, rowEnd: rows };
  for await (const piece of encodedBytes(source, chunk, output)) bytes += piece.length;
  return bytes;
}

describe('sampleOutput', () => {
  it('is exact where all rows are few', async () => {
    const few = await diagonal(50, 30);
    expect(await sampleOutput(few.source, few.facts, PLAIN_CSV)).toBe(await wholeBytes(few));
  });

  it.each([
    ['plain', PLAIN_CSV, 0.005],
    ['gzip', GZIP, 0.2],
  ])('comes near to %s text of which it encodes a part', async (_, output, share) => {
    const many = await diagonal(20_000, 5_000, (row) => row / 7);
    const bytes = await wholeBytes(many, output as typeof PLAIN_CSV);
    const sampled = await sampleOutput(many.source, many.facts, output);
    expect(Math.abs(sampled / bytes - 1)).toBeLessThan(share);
  });

  it('is nothing without rows', async () => {
    const none = await diagonal(0, 3);
    expect(await sampleOutput(none.source, none.facts, PLAIN_CSV)).toBe(0);
  });
});

describe('assertBelowCeiling', () => {
  const wide = () => diagonal(1_000, 200_000);

  it('lets a run pass whose longest text is allowed, without a look at its rows', async () => {
    const { source, facts } = await wide();
    const unreadable = { ...source, parts: [] };
    await assertBelowCeiling({
      source: unreadable,
      facts,
      output: PLAIN_CSV,
      chunking: AUTOMATIC,
      outputBytes: 1e12,
    });
  });

  it('lets a compressed run pass whose text is longer', async () => {
    const { source, facts } = await wide();
    await assertBelowCeiling({
      source,
      facts,
      output: GZIP,
      chunking: AUTOMATIC,
      outputBytes: 100e6,
    });
  });

  it('refuses what is more, with the size, its price and the line that allows it', async () => {
    const { source, facts } = await wide();
    const refused = assertBelowCeiling({
      source,
      facts,
      output: PLAIN_CSV,
      chunking: AUTOMATIC,
      outputBytes: 100e6,
    });
    await expect(refused).rejects.toThrow(BoundExceededError);
    await expect(refused).rejects.toThrow(
      /^the output would be about 800 MB, allowed are 100 MB \(limits\.outputBytes\): writing it costs about \$0\.00 and keeping it \$0\.02 a month .*"limits": \{ "outputBytes": 840000000 \}$/,
    );
  });

  it.each([{ rows: 1 }, { targetBytes: 800_000 }])('prices the chunks of %j', async (chunking) => {
    const { source, facts } = await wide();
    const run = { source, facts, output: PLAIN_CSV, chunking, outputBytes: 100e6 };
    // 1,000 chunks are 2,000 transitions, five cents.
    await expect(assertBelowCeiling(run)).rejects.toThrow(/costs about \$0\.0[67]/);
  });
});
