import fc from 'fast-check';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';

/** A text that may be damaged, and how it is to be read. */
export interface RandomText {
  readonly format: 'mtx' | 'svmlight';
  readonly text: string;
  readonly options: SourceOptions;
}

const anyBlank = fc.constantFrom(' ', ' ', ' ', '  ', '\t');
const anyEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', ' \n', '\n\n');

/** A double as text, written in many ways; not every reader accepts all of them. */
const anyReal = fc.oneof(
  { weight: 6, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  {
    weight: 3,
    arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x.toExponential(16)),
  },
  { weight: 4, arbitrary: fc.integer({ min: -99, max: 99 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('nan', 'inf', '-inf', 'Infinity', '1.', '.5', '-0', '-0.0', '1e400'),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[0-9]{1,30}(\.[0-9]{0,30})?(e[+-]?[0-9]{1,3})?$/) },
);

const anyOddReal = fc.constantFrom('+1', '1_0', '1e', '1d5', '0x10', 'nan(1)', '', '-', '1,5', 'x');

const anyInteger = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -99, max: 99 }).map(String) },
  { weight: 2, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('007', '-0', '9223372036854775807', '-9223372036854775808'),
  },
);

const anyOddInteger = fc.constantFrom('9223372036854775808', '2.5', '+3', '1e3', 'x');

/** Mostly the usual choice, sometimes a rare one. */
function rarely(usual: fc.Arbitrary<string>, odd: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  real: rarely(anyReal, anyOddReal),
  integer: rarely(anyInteger, anyOddInteger),
  'unsigned-integer': fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  pattern: fc.constant(''),
};

const anyMtx: fc.Arbitrary<RandomText> = fc
  .record({
    field: fc.constantFrom('real', 'real', 'integer', 'pattern', 'unsigned-integer'),
    symmetry: fc.constantFrom('general', 'general', 'symmetric', 'skew-symmetric'),
    size: fc.integer({ min: 1, max: 12 }),
    extra: fc.oneof(
      { weight: 30, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(-1, 1) },
    ),
    comments: fc.constantFrom('', '%\n', '% a\n% b\n', '\n', ' % c\n'),
  })
  .chain(({ field, symmetry, size, extra, comments }) => {
    // One column in a hundred is outside the matrix.
    const index = fc
      .integer({ min: 0, max: 100 * size })
      .map((n) => (n === 0 ? 0 : 1 + (n % size)));
    const line = fc
      .tuple(index, anyBlank, index, anyBlank, VALUES[field] ?? anyReal, anyEnd)
      .map((parts) => parts.join(''));
    return fc.array(line, { maxLength: 25 }).map((lines) => ({
      format: 'mtx' as const,
      text: [
        `%%MatrixMarket matrix coordinate ${field} ${symmetry}\n${comments}`,
        `${size} ${size} ${Math.max(0, lines.length + extra)}\n`,
        ...lines,
      ].join(''),
      options: {},
    }));
  });

const anySvmlight: fc.Arbitrary<RandomText> = fc
  .record({
    base: fc.constantFrom(0, 1),
    options: fc.record({ zeroBased: fc.boolean(), labels: fc.boolean() }, { requiredKeys: [] }),
    hasQuery: fc.boolean(),
  })
  .chain(({ base, options, hasQuery }) => {
    const columns = fc.uniqueArray(fc.integer({ min: base, max: 30 }), { maxLength: 8 });
    const value = rarely(fc.oneof(anyReal, fc.constantFrom('+1', '1_0', '+inf')), anyOddReal);
    const entries = fc
      .tuple(columns, fc.array(value, { minLength: 8, maxLength: 8 }), fc.nat(100))
      .map(([indices, values, order]) => {
        // One row in a hundred is not in order.
        if (order > 0) indices.sort((a, b) => a - b);
        return indices.map((index, i) => `${index}:${values[i]}`);
      });
    const label = rarely(
      fc.constantFrom('0', '1', '-1', '2.5', '+1'),
      fc.constantFrom('1,2', 'x', '1:2'),
    );
    const end = fc.oneof(anyEnd, fc.constantFrom(' # 1:2\n', '#\n', '\n# comment\n'));
    const row = fc
      .tuple(label, entries, anyBlank, end)
      .map(
        ([text, pairs, blank, after]) =>
          [text, ...(hasQuery ? ['qid:7'] : []), ...pairs].join(blank) + after,
      );
    return fc
      .array(row, { maxLength: 15 })
      .map((rows) => ({ format: 'svmlight' as const, text: `# c\n${rows.join('')}`, options }));
  });

const anyDamage = fc.record({
  // At any position; otherwise most damages would be at the start.
  at: fc.noBias(fc.nat(9999)).map((part) => part / 10_000),
  length: fc.nat(3),
  insertion: fc.constantFrom('', '', '\n', ' ', '0', '1', '-', ':', '#', '.', 'e', ',', '\t', '99'),
});

/** Texts. Most are valid; one in three is damaged in one or two places. */
const anyText: fc.Arbitrary<RandomText> = fc
  .tuple(fc.oneof(anyMtx, anySvmlight), fc.array(anyDamage, { maxLength: 2 }), fc.nat(2))
  .map(([random, damages, isDamaged]) => {
    if (isDamaged > 0) return random;
    const text = damages.reduce((before, { at, length, insertion }) => {
      const start = Math.floor(at * before.length);
      return before.slice(0, start) + insertion + before.slice(start + length);
    }, random.text);
    return { ...random, text };
  });

/** The same texts for the same seed. */
export function randomTexts(count: number, seed: number): readonly RandomText[] {
  return fc.sample(anyText, { numRuns: count, seed });
}
