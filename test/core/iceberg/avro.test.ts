import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManifestError } from '#core/errors.ts';
import { AvroRecords, readAvroFile } from '#core/iceberg/avro/avro-file.ts';
import { AvroReader, readAvro } from '#core/iceberg/avro/avro-reader.ts';
import {
  type AvroRecord,
  type AvroSchema,
  type AvroValue,
  optional,
} from '#core/iceberg/avro/avro-schema.ts';
import { AvroWriter, writeAvro } from '#core/iceberg/avro/avro-writer.ts';

const SYNC = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');

function encoded(schema: AvroSchema, value: AvroValue): string {
  const writer = new AvroWriter();
  writeAvro(writer, schema, value);
  return Buffer.from(writer.bytes()).toString('hex');
}

function decoded(schema: AvroSchema, hex: string): AvroValue {
  return readAvro(new AvroReader(Buffer.from(hex, 'hex'), 'the text'), schema);
}

const PAIR: AvroRecord = {
  type: 'record',
  name: 'pair',
  fields: [
    { name: 'key', type: 'int' },
    { name: 'value', type: optional('bytes') },
  ],
};

const RECORD: AvroRecord = {
  type: 'record',
  name: 'all',
  fields: [
    { name: 'count', type: 'long' },
    { name: 'name', type: 'string' },
    { name: 'flag', type: 'boolean' },
    { name: 'day', type: optional({ type: 'int', logicalType: 'date' }) },
    { name: 'id', type: { type: 'fixed', name: 'id', size: 2 } },
    { name: 'pairs', type: { type: 'array', items: PAIR, logicalType: 'map' } },
  ],
};

const record = fc.record({
  count: fc.oneof(fc.maxSafeInteger(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  name: fc.string({ unit: 'binary' }),
  flag: fc.boolean(),
  day: fc.option(fc.integer()),
  id: fc.uint8Array({ minLength: 2, maxLength: 2 }),
  pairs: fc.array(fc.record({ key: fc.integer(), value: fc.option(fc.uint8Array()) })),
});

/** Whole numbers as they are read: a bigint only where a number would lose digits. */
function asRead<T extends { readonly count: number | bigint }>(value: T): T {
  const narrow = Number(value.count);
  return { ...value, count: Number.isSafeInteger(narrow) ? narrow : value.count };
}

function fileOf(values: readonly AvroValue[]): Uint8Array {
  const records = new AvroRecords(RECORD);
  for (const value of values) records.add(value);
  return records.file({ content: 'data' }, SYNC);
}

describe('values of Avro', () => {
  // As in https://avro.apache.org/docs/1.12.0/specification/#binary-encoding.
  it.each([
    ['long', 0, '00'],
    ['long', -1, '01'],
    ['long', 1, '02'],
    ['long', -64, '7f'],
    ['long', 64, '8001'],
    ['int', 2 ** 30, '8080808008'],
    ['int', -(2 ** 30) + 1, 'fdffffff07'],
    ['long', -(2n ** 63n), 'ffffffffffffffffff01'],
    ['string', 'foo', '06666f6f'],
    ['string', '\ufeffa', '08efbbbf61'],
    ['boolean', true, '01'],
    ['bytes', Uint8Array.of(1, 2), '040102'],
    [{ type: 'array', items: 'long' }, [3, 27], '04063600'],
    [{ type: 'array', items: 'long' }, [], '00'],
    [['null', 'string'], null, '00'],
    [['null', 'string'], 'a', '020261'],
    [{ type: 'fixed', name: 'f', size: 2 }, Uint8Array.of(1, 2), '0102'],
    [PAIR, { key: 27, value: null }, '3600'],
  ] as const)('of %j: %s', (schema, value, hex) => {
    expect(encoded(schema, value)).toBe(hex);
    const read = decoded(schema, hex);
    expect(read instanceof Uint8Array ? Uint8Array.from(read) : read).toEqual(value);
  });

  it.each([
    ['breaks off', 'string', '06666f'],
    ['breaks off', 'string', '05'],
    ['breaks off', 'bytes', '01'],
    ['has a number of more than 64 bits', 'long', `${'80'.repeat(10)}00`],
    ['has a type that it may not have', ['null', 'long'], '0400'],
    ['has a block of a form that is not written', { type: 'array', items: 'long' }, '0102063600'],
  ] as const)('are refused where a text %s', (why, schema, hex) => {
    expect(() => decoded(schema, hex)).toThrow(ManifestError);
    expect(() => decoded(schema, hex)).toThrow(`the text ${why}`);
  });
});

describe('a file of Avro', () => {
  it('has the records that were written', () => {
    fc.assert(
      fc.property(fc.array(record), (values) => {
        const read = readAvroFile(fileOf(values), RECORD, 'f.avro');
        expect(JSON.stringify(read, plain)).toBe(JSON.stringify(values.map(asRead), plain));
      }),
    );
  });

  it('grows beyond what it begins with', () => {
    const value = { key: 1, value: new Uint8Array(9000).fill(7) };
    const records = new AvroRecords(PAIR);
    for (let count = 0; count < 3; count += 1) records.add(value);
    expect([records.count, records.length]).toEqual([3, 3 * 9005]);
    const read = readAvroFile(records.file({}, SYNC), PAIR, 'f.avro');
    expect(read.map((each) => Buffer.compare(each['value'] as Uint8Array, value.value))).toEqual([
      0, 0, 0,
    ]);
  });

  it('is refused wherever it breaks off, and where it is another one', () => {
    const [value] = fc.sample(record, { numRuns: 1, seed: 1 });
    const bytes = fileOf([value!]);
    const whole = bytes.length;
    const head = fileOf([]).length;
    for (let length = 0; length < whole; length += 1) {
      if (length === head) continue;
      const read = () => readAvroFile(bytes.subarray(0, length), RECORD, 'f.avro');
      expect(read, String(length)).toThrow(ManifestError);
    }
    const asked = (changed: Uint8Array) => () => readAvroFile(changed, RECORD, 'f.avro');
    expect(asked(Uint8Array.from([1, ...bytes.subarray(1)]))).toThrow('f.avro is no Avro file');
    expect(asked(bytes.with(whole - 1, 0))).toThrow('f.avro has a block of another length');
    const compressed = Buffer.from(
      Buffer.from(bytes).toString('latin1').replace('\bnull', '\bzstd'),
      'latin1',
    );
    expect(asked(compressed)).toThrow('f.avro is compressed by zstd');
  });
});

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
