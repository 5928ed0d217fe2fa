import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COPY_KINDS, CopyKernel, type CopyKind } from '#core/tables/text/copy/copy-kernel.ts';
import { engineDouble } from '#support/postgres/engine-double.ts';

/** The rows that a kernel makes of a text in pieces; undefined where a value is not plain. */
function rowsOf(
  text: string | Uint8Array,
  kinds: readonly CopyKind[],
  pieceBytes = 1 << 20,
): { readonly rows: number; readonly bytes: Buffer } | undefined {
  const kernel = new CopyKernel(kinds);
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  let rows = 0;
  const convert = () => {
    const converted = kernel.convert();
    if (converted === undefined) return false;
    parts.push(Buffer.from(converted.bytes));
    rows += converted.rows;
    return true;
  };
  for (let at = 0; at < bytes.length; ) {
    at += kernel.add(bytes.subarray(at, at + pieceBytes));
    if ((kernel.isFull || pieceBytes < 100) && !convert()) return undefined;
  }
  if (!convert()) return undefined;
  expect(kernel.waiting).toBe(0);
  return { rows, bytes: Buffer.concat(parts) };
}

/** The fields of one row, in hexadecimal; null for NULL. */
function fieldsOf(row: Buffer): readonly (string | null)[] {
  const fields: (string | null)[] = [];
  let at = 2;
  for (let left = row.readUInt16BE(0); left > 0; left -= 1) {
    const length = row.readInt32BE(at);
    at += 4;
    fields.push(length < 0 ? null : row.toString('hex', at, at + length));
    at += Math.max(0, length);
  }
  expect(at).toBe(row.length);
  return fields;
}

function fieldOf(text: string, kind: CopyKind): string | null | undefined {
  const made = rowsOf(`${text}\n`, [kind]);
  return made === undefined ? undefined : fieldsOf(made.bytes)[0];
}

function double(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

function float(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return bytes.toString('hex');
}

function whole(value: bigint, bits: number): string {
  return BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, '0');
}

const { smallint, integer, bigint, numeric, real, doublePrecision } = COPY_KINDS;
const { text, bytea, date, time, timestamp, timestamptz, uuid } = COPY_KINDS;
const BOOLEAN = COPY_KINDS.boolean;

describe('a value', () => {
  it.each<readonly [CopyKind, string, string | null]>([
    [smallint, '-32768', '8000'],
    [smallint, '32767', '7fff'],
    [integer, '-2147483648', '80000000'],
    [integer, '7', '00000007'],
    [bigint, '-9223372036854775808', '8000000000000000'],
    [bigint, '9223372036854775807', '7fffffffffffffff'],
    [numeric, '0', '00010000000000000000'],
    [numeric, '-12345.678', '0003000140000003000109291a7c'],
    [numeric, '0.05', '0002000000000002000001f4'],
    [numeric, '99999999.9999', '0003000100000004270f270f270f'],
    [real, '0.1', float(0.1)],
    [real, 'nan', '7fc00000'],
    [real, '-inf', 'ff800000'],
    [doublePrecision, '-1.5e-7', double(-1.5e-7)],
    [doublePrecision, 'inf', double(Infinity)],
    [doublePrecision, '-0.0', double(-0)],
    [text, 'añb', '61c3b162'],
    [text, '""', ''],
    [text, '"a""b,\n"', '6122622c0a'],
    [text, '', null],
    [integer, '', null],
    [bytea, '\\x00ffAb', '00ffab'],
    [date, '2000-01-01', '00000000'],
    [date, '1969-12-31', whole(-10_958n, 32)],
    [time, '00:00:01.5', whole(1_500_000n, 64)],
    [time, '23:59:59', whole(86_399_000_000n, 64)],
    [timestamp, '2000-01-01 00:00:00.000001', whole(1n, 64)],
    [timestamp, '1999-12-31 23:59:59', whole(-1_000_000n, 64)],
    [timestamptz, '2000-01-02 00:00:00+00', whole(86_400_000_000n, 64)],
    [uuid, '00112233-4455-6677-8899-aabbccddeeff', '00112233445566778899aabbccddeeff'],
    [BOOLEAN, 'true', '01'],
    [BOOLEAN, 'false', '00'],
  ])('of kind %i: %s', (kind, spelled, sent) => {
    expect(fieldOf(spelled, kind)).toBe(sent);
  });

  it.each<readonly [CopyKind, string]>([
    [smallint, '32768'],
    [integer, '2147483648'],
    [bigint, '9223372036854775808'],
    [integer, '1.0'],
    [numeric, '1e5'],
    [numeric, '.5'],
    [numeric, '5.'],
    [numeric, '-'],
    [numeric, `1${'0'.repeat(128)}`],
    [doublePrecision, '1e-200'],
    [doublePrecision, 'infinity'],
    [doublePrecision, '-nan'],
    [real, '1e39'],
    [bytea, '\\x0'],
    [bytea, '\\x0g'],
    [bytea, 'ab'],
    [date, '10000-01-01'],
    [date, '2023-02-29'],
    [date, '0044-03-15 (BC)'],
    [time, '24:00:00'],
    [time, '12:00'],
    [time, '12:00:00.'],
    [time, '12:00:00,5'],
    [timestamp, 'infinity'],
    [timestamptz, '2000-01-02 00:00:00+02'],
    [timestamptz, '+00'],
    [uuid, '00112233-4455-6677-8899-aabbccddeef'],
    [uuid, '00112233-4455-6677-8899aabbccddeeff-'],
    [uuid, '00112233-4455-6677-8899-aabbccddeefg'],
    [BOOLEAN, 't'],
  ])('of kind %i that is not plain: %s', (kind, spelled) => {
    expect(fieldOf(spelled, kind)).toBeUndefined();
  });

  it('is exact for any number', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n) + 2n, max: 2n ** 63n - 1n }),
        fc.double({ noDefaultInfinity: true, min: -1e60, max: 1e60 }),
        (integral, number) => {
          expect(fieldOf(`${integral}`, bigint)).toBe(whole(integral, 64));
          if (Number.isNaN(number) || (number !== 0 && Math.abs(number) < 1e-40)) return;
          expect(fieldOf(engineDouble(number), doublePrecision)).toBe(double(number));
        },
      ),
    );
  });
});

describe('rows', () => {
  const value = fc.oneof(
    fc.constant(''),
    fc.string({ unit: 'grapheme' }).map((given) => `"${given.replaceAll('"', '""')}"`),
  );

  it('are the same in whatever pieces the text comes', () => {
    const record = fc.tuple(value, fc.integer(), value);
    fc.assert(
      fc.property(fc.array(record), fc.integer({ min: 1, max: 99 }), (records, pieceBytes) => {
        const lines = records.map((fields) => `${fields.join(',')}\n`).join('');
        const made = rowsOf(lines, [text, integer, text], pieceBytes);
        expect(made).toEqual(rowsOf(lines, [text, integer, text]));
        expect(made?.rows).toBe(records.length);
      }),
    );
  });

  it('of more than a batch, and up to 4 MiB each', () => {
    const long = 'y'.repeat(4 * 1024 * 1024 - 100);
    const lines = [...Array.from({ length: 100_000 }, (_, row) => `${row},x`), `1,${long}`, '2,z'];
    const made = rowsOf(`${lines.join('\n')}\n`, [integer, text])!;
    expect(made.rows).toBe(100_002);
    const row = 2 + 4 + 4 + 4 + 1;
    expect(made.bytes.length).toBe(100_002 * row + long.length - 1);
    expect(fieldsOf(made.bytes.subarray(-row))).toEqual(['00000002', '7a']);
    const tooLong = `1,${'y'.repeat(5 * 1024 * 1024)}\n`;
    expect(rowsOf(tooLong, [integer, text])).toBeUndefined();
  });

  it('of 1,600 columns, most of them short numbers, have room', () => {
    const kinds = Array.from({ length: 1600 }, () => numeric);
    const line = `${kinds.map(() => '1').join(',')}\n`;
    const made = rowsOf(line.repeat(1000), kinds)!;
    expect(made.bytes.length).toBe(1000 * (2 + 1600 * 14));
  });
});
