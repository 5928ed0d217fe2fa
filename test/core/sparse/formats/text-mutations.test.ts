import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FanoutError } from '#core/errors.ts';
import { createMtx } from '#core/sparse/formats/mtx/mtx.ts';
import { createSvmlight } from '#core/sparse/formats/svmlight/svmlight.ts';
import { golden, goldenBytes } from '#support/golden.ts';
import { readRows, resolveWith } from '#support/read-format.ts';

const SIZES = { segmentBytes: 500, blockBytes: 300, maxLineBytes: 5000 };

const FORMATS = {
  mtx: createMtx(SIZES),
  txt: createSvmlight(SIZES),
} as const;

/** What is put into a text in place of some of it: what parsers stumble over. */
const anyInsertion = fc.oneof(
  fc.constantFrom('', '', '0', '1'),
  fc.constantFrom(
    '',
    '\n',
    '\r',
    ' ',
    '0',
    '-',
    ':',
    '#',
    '%',
    '.',
    'e',
    '\0',
    ',',
    '1e999',
    'nan',
  ),
  fc.constantFrom('9'.repeat(30), ' 99999999999 ', 'x'.repeat(6000), '\n'.repeat(1000), '1 1 1\n'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

const anyMutation = fc.record({
  // Anywhere: most damages would be at the start otherwise.
  at: fc.noBias(fc.nat(9999)).map((part) => part / 10_000),
  length: fc.oneof(fc.nat(2), fc.nat(2), fc.nat(40), fc.constant(1e9)),
  insertion: anyInsertion,
});

type Mutation = typeof anyMutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce((before, { at, length, insertion }) => {
    const start = Math.floor(at * before.length);
    const rest = before.subarray(start + length);
    return Buffer.concat([before.subarray(0, start), Buffer.from(insertion, 'latin1'), rest]);
  }, bytes);
}

const FILES = golden.later.filter(({ file }) => /\.(mtx|txt)$/.test(file));

describe.each(FILES)('$file with damages', ({ file }) => {
  const format = FORMATS[file.endsWith('.txt') ? 'txt' : 'mtx'];
  const valid = Buffer.from(goldenBytes(file));

  /** True where it could be read; fails unless it is refused by name. */
  async function isRead(bytes: Buffer): Promise<boolean> {
    try {
      const read = await resolveWith(format, bytes);
      // A huge shape is no reason to read millions of empty rows here.
      if (read.layout.shape[0] < 1e5) await readRows(read);
      return true;
    } catch (error) {
      if (error instanceof FanoutError) return false;
      throw error;
    }
  }

  it.each(['plain', 'text in gzip', 'gzip'] as const)(
    'is read or refused by name: %s',
    async (how) => {
      let read = 0;
      const property = fc.asyncProperty(
        fc.array(anyMutation, { minLength: 1, maxLength: 2 }),
        async (mutations) => {
          const text = how === 'gzip' ? valid : mutate(valid, mutations);
          const packed = how === 'plain' ? text : gzipSync(text);
          if (await isRead(how === 'gzip' ? mutate(packed, mutations) : packed)) read++;
        },
      );
      await fc.assert(property, { numRuns: 70, seed: 5 });
      // Else the damages would be such that nothing behind the first check is tried.
      if (how !== 'gzip') expect(read).toBeGreaterThan(0);
    },
  );
});
