import { describe, expect, it } from 'vitest';
import { ManifestError, RequestError } from '#core/errors.ts';
import { readAvroFile } from '#core/iceberg/avro/avro-file.ts';
import { icebergSchema } from '#core/iceberg/iceberg-schema.ts';
import { entrySchema } from '#core/iceberg/manifest-schema.ts';
import { partitionColumns, partitionSchema } from '#core/iceberg/partition-spec.ts';
import { expectedFile, snapshotFiles } from '#core/iceberg/read-snapshot.ts';
import { type PreviousSnapshot, SnapshotWriter } from '#core/iceberg/snapshot-writer.ts';
import {
  COLUMNS,
  FOLDER,
  file,
  form,
  generationOf,
  listOf,
  metadataOf,
  plain,
  previousOf,
  written,
} from './written-snapshot.ts';

describe('partitions', () => {
  const BY = ['day', 'gr\u00fc\u00dfe', 'key', '1 key'];

  it('are in entries, and summed up in the list', () => {
    const objects = written(generationOf(1, { form: form(BY) }), [
      file(0, 1, ['2024-02-29', '-1.28', 'z', null]),
      file(1, 1, ['1969-12-31', null, '\u00e9', null]),
    ]);
    const metadata = metadataOf(objects, 1);
    expect(metadata).toMatchObject({ 'default-spec-id': 0, 'last-partition-id': 1003 });
    expect(metadata['partition-specs'][0]!.fields.map((each) => Object.values(each))).toEqual(
      BY.map((name, index) => [index + 2, 1000 + index, name, 'identity']),
    );
    const schema = partitionSchema(
      partitionColumns(metadata['partition-specs'][0]!, icebergSchema(COLUMNS).schema),
    );
    expect(schema.fields.map(({ name }) => name)).toEqual([
      'day',
      'gr_xFC_xDFe',
      'key',
      '_1_x20key',
    ]);
    const [name] = objects.keys();
    const entries = readAvroFile(objects.get(name!)!.bytes, entrySchema(schema), name!);
    expect(
      JSON.stringify(
        entries.map((each) => (each['data_file'] as { partition: unknown }).partition),
        plain,
      ),
    ).toBe(
      JSON.stringify([
        { day: 19_782, gr_xFC_xDFe: 'ffff80', key: 'z', _1_x20key: null },
        { day: -1, gr_xFC_xDFe: null, key: '\u00e9', _1_x20key: null },
      ]),
    );
    const [list] = listOf(objects, metadata);
    expect(JSON.stringify(list!['partitions'], plain)).toBe(
      JSON.stringify([
        {
          contains_null: false,
          contains_nan: false,
          lower_bound: 'ffffffff',
          upper_bound: '464d0000',
        },
        { contains_null: true, contains_nan: false, lower_bound: '80', upper_bound: '80' },
        ...[
          {
            contains_null: false,
            contains_nan: false,
            lower_bound: '7a',
            upper_bound: 'c3a9',
          },
        ],
        { contains_null: true, contains_nan: false, lower_bound: null, upper_bound: null },
      ]),
    );
  });

  it('are found by readers as they are expected', async () => {
    const files = [
      file(0, 1, ['2024-02-29', '-1.28', 'z', null]),
      file(1, 1, ['1969-12-31', null, '\u00e9', '3.00']),
    ];
    const objects = written(generationOf(1, { form: form(BY) }), files);
    const metadata = metadataOf(objects, 1);
    const read = async (uri: string) => objects.get(uri.slice(FOLDER.length))!.bytes;
    const expected = files.map(expectedFile(metadata, COLUMNS));
    expect(expected.map(({ partition }) => partition)).toEqual([
      '[19782,"ffff80","z",null]',
      '[-1,null,"\u00e9","00012c"]',
    ]);
    expect(await Array.fromAsync(snapshotFiles(metadata, COLUMNS, read))).toEqual(expected);
    const none = expectedFile(metadata, COLUMNS)(file(2, 1, ['monday', '1']));
    expect(none.partition).toBe('[null,"000064",null,null]');
    const long = { ...form(['id']), partitionBy: ['id'] };
    const numbers = written(generationOf(1, { form: long }), []);
    const [number] = [file(0, 1, ['-5'])].map(expectedFile(metadataOf(numbers, 1), COLUMNS));
    expect(number!.partition).toBe('["-5"]');
  });

  it('are refused where a value is none of its column', () => {
    const writer = new SnapshotWriter(generationOf(1, { form: form(['day']) }));
    expect(() => writer.add(file(0, 1, ['monday']))).toThrow(ManifestError);
    expect(() => writer.add(file(0, 1, []))).toThrow('s3://lake/t/data/0 has undefined in day');
  });

  it.each([
    ['uuid', 'the column "uuid" is uuid in Iceberg, by which no partitions are made; take one of'],
    ['l', 'the column "l" is list in Iceberg'],
  ])('fail by %s', (name, message) => {
    const refused = () => new SnapshotWriter(generationOf(1, { form: form([name]) }));
    expect(refused).toThrow(RequestError);
    expect(refused).toThrow(message);
  });

  it('may change from one generation to the next, and back', () => {
    const names = [['day'], [], ['key', 'day'], ['day']];
    let previous: PreviousSnapshot | undefined;
    const specs = names.map((partitionBy, index) => {
      const generation = index + 1;
      const objects = written(generationOf(generation, { previous, form: form(partitionBy) }), []);
      previous = previousOf(objects, generation);
      return previous.metadata['default-spec-id'];
    });
    expect(specs).toEqual([0, 1, 2, 0]);
    const all = previous!.metadata['partition-specs'];
    expect(all.map(({ fields }) => fields.map((each) => each['field-id']))).toEqual([
      [1000],
      [],
      [1001, 1000],
    ]);
  });

  it('of names that Avro has alike have their numbers', () => {
    const columns = [
      { name: 'a b', type: 'INTEGER' },
      { name: 'a_x20b', type: 'INTEGER' },
    ];
    const { schema, lastColumnId } = icebergSchema(columns);
    const partitionBy = ['a b', 'a_x20b'];
    const objects = written(generationOf(1, { form: { schema, lastColumnId, partitionBy } }), []);
    const spec = metadataOf(objects, 1)['partition-specs'][0]!;
    const { fields } = partitionSchema(partitionColumns(spec, schema));
    expect(fields.map(({ name }) => name)).toEqual(['a_x20b', 'a_x20b_1001']);
  });
});
