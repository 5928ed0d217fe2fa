import { describe, expect, it } from 'vitest';
import { BoundExceededError, UnsupportedSourceError } from '#core/errors.ts';
import { type CsvHead, readCsvHead } from '#core/tables/text/csv/csv-head.ts';
import { mapHeader } from '#core/tables/text/csv/map-header.ts';
import { piecesOf } from '#test/core/tables/text/pieces-of.ts';
import { PLAIN } from './arbitrary-csv.ts';

const SIZES = [1, 3, 1000];

/** Reads the head in pieces of several sizes, which make no difference. */
async function head(text: string | Uint8Array, format = PLAIN): Promise<CsvHead> {
  const all = await Promise.all(
    SIZES.map((size) => readCsvHead('a.csv', piecesOf(Buffer.from(text), size), format)),
  );
  for (const one of all) expect(one).toEqual(all[0]);
  return all[0]!;
}

describe('readCsvHead', () => {
  it('reads the names of the columns and where the data begins', async () => {
    expect(await head('id,name\n1,x\n')).toEqual({ fields: ['id', 'name'], start: 8 });
    expect(await head('id,name\r\n1,x\r\n')).toEqual({ fields: ['id', 'name'], start: 9 });
    expect(await head('id,name')).toEqual({ fields: ['id', 'name'], start: 7 });
    expect(await head('"a""b","c\n,d",é\n')).toEqual({ fields: ['a"b', 'c\n,d', 'é'], start: 17 });
    expect(await head('"a"\r\n')).toEqual({ fields: ['a'], start: 5 });
  });

  it('passes a byte order mark', async () => {
    expect(await head('\ufeffid,s\n1,x\n')).toEqual({ fields: ['id', 's'], start: 8 });
    expect(await head('\ufeff')).toEqual({ fields: [], start: 3 });
  });

  it('counts the fields of a text without a header', async () => {
    const format = { ...PLAIN, header: false, quote: '', delimiter: '\t' };
    expect(await head('"\tx\tx\n1\t2\t3\n', format)).toEqual({ fields: ['"', 'x', 'x'], start: 0 });
    expect(await head('', format)).toEqual({ fields: [], start: 0 });
  });

  it('takes no more pieces than it needs', async () => {
    async function* pieces() {
      yield Buffer.from('a,b\n1,2\n');
      throw new Error('one piece too many');
    }
    expect(await readCsvHead('a.csv', pieces(), PLAIN)).toEqual({ fields: ['a', 'b'], start: 4 });
  });

  it('refuses what is no CSV of UTF-8', async () => {
    for (const encoding of ['utf16le', 'latin1'] as const) {
      const text = encoding === 'latin1' ? '\xfe\xff\0i\0d' : '\ufeffid';
      await expect(head(Buffer.from(text, encoding))).rejects.toThrow(UnsupportedSourceError);
      await expect(head(Buffer.from(text, encoding))).rejects.toThrow('a.csv begins as UTF-16');
    }
    await expect(head(Buffer.from('id,name', 'utf16le'))).rejects.toThrow('a.csv begins as UTF-16');
    await expect(head(Buffer.from('id,\xff\n', 'latin1'))).rejects.toThrow('bytes in field 2');
    await expect(head('id,a\0b\n')).rejects.toThrow('bytes in field 2');
    await expect(head('id,"a\n1,2\n')).rejects.toThrow(
      'quoted field in its first record that does',
    );
    await expect(head('id,a"\n1,2\n')).rejects.toThrow('a quote within an unquoted field');
    await expect(head('id,"a"b\n1,2\n')).rejects.toThrow('text behind a closing quote');
    await expect(head('id,a\r1,2\r')).rejects.toThrow('a carriage return without a line feed');
  });

  it('refuses two columns of one name, in a header only', async () => {
    await expect(head('id,x,x\n')).rejects.toThrow('a.csv has two columns named "x"');
  });

  it('takes 32,766 names in no time, and no more', async () => {
    const names = Array.from({ length: 32_766 }, (_, k) => k.toString(36));
    const bytes = Buffer.from(`${names.join(',')}\n`);
    const { fields } = await readCsvHead('a.csv', piecesOf(bytes, 64_000), PLAIN);
    expect(fields).toHaveLength(32_766);
    const twice = Buffer.from(`${names.slice(1).join(',')},${names[20_000]}\n`);
    await expect(readCsvHead('a.csv', piecesOf(twice, 1_000_000), PLAIN)).rejects.toThrow(
      `two columns named "${names[20_000]}"`,
    );
    const wide = Buffer.from(`"\n"${','.repeat(4_000_000)}\n`);
    await expect(readCsvHead('a.csv', piecesOf(wide, 1_000_000), PLAIN)).rejects.toThrow(
      'a.csv has more than 32766 columns',
    );
    const first = { uri: 'a.csv', names };
    const other = { uri: 'b.csv', names: [...names.slice(1), 'x'] };
    expect(() => mapHeader(first, other, false)).toThrow('it lacks "0"; set');
  });

  it('bounds the first record', async () => {
    const text = Buffer.alloc(5_000_000, 'x');
    await expect(readCsvHead('a.csv', piecesOf(text, 1_000_000), PLAIN)).rejects.toThrow(
      BoundExceededError,
    );
  });
});

describe('mapHeader', () => {
  const first = { uri: 'a.csv', names: ['id', 'u', 'v'] };
  const second = (...names: string[]) => ({ uri: 'b.csv', names });

  it('matches columns by name if asked to, else takes equal headers only', () => {
    expect(mapHeader(first, second('id', 'u', 'v'), false)).toEqual([0, 1, 2]);
    expect(mapHeader(first, second('v', 'id', 'w'), true)).toEqual([1, undefined, 0]);
  });

  it('refuses another order, a missing column, one more', () => {
    expect(() => mapHeader(first, second('id', 'v', 'u'), false)).toThrow(
      'b.csv has another header than a.csv: it has "v" at another place; set source.byName',
    );
    expect(() => mapHeader(first, second('id', 'v'), false)).toThrow('it lacks "u"; set');
    expect(() => mapHeader(first, second('id', 'u', 'v', 'w'), false)).toThrow('has "w" besides');
  });
});
