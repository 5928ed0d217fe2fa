import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParquetFile } from '#engine/engine.ts';
import { identifier, literal } from '#engine/quote.ts';
import { type Opened, open } from './opened.ts';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
});

afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

/** What would end a literal or a name, or begin something else. */
const TEXTS = [
  ["'", "''", "\\'", "'; DROP TABLE t; --", "x' || (SELECT 'y') || '", "E'\\n'", '$$', '$1'],
  ['"', '""', '"; SELECT 1; --', '*/ --', '/*', '--', ');', '{', '}', ',', '%', '?', '\\'],
  ['\n', '\r\n', '\t', ' ', '\u0001', '\u007f', '\u2028', 'ü', 'é', '😀', '\u200b', 'a\ufeff'],
  ['select', 'input', 'CON', 'a.b', '[', '*', '../x'],
].flat();

describe('a text', () => {
  it.each(TEXTS)('%j comes back from a literal, a name and a value', async (text) => {
    const select = `SELECT ${literal(text)} AS ${identifier(text)}, $1 AS bound`;
    const rows = await opened.engine.runSelect({ text: select, values: [text] });
    expect(rows).toEqual([{ [text]: text, bound: text }]);
  });

  it.each(['a\0b', '\0', 'a\ud800', '\udc00a'])('%j is refused', (text) => {
    expect(() => literal(text)).toThrow(expect.objectContaining({ kind: 'syntax' }));
    expect(() => identifier(text)).toThrow(expect.objectContaining({ kind: 'syntax' }));
  });

  it('that is empty is no name', () => {
    expect(literal('')).toBe("''");
    expect(() => identifier('')).toThrow('a name in SQL is empty');
  });

  it('stands in file names and metadata of a file', async () => {
    for (const [n, text] of TEXTS.entries()) {
      const folder = opened.file(`texts-${n}`);
      await mkdir(folder);
      const name = `a${text.replaceAll('/', '')}b`;
      const file: ParquetFile = {
        path: `${folder}/${name}`,
        ...{ format: 'parquet', compression: 'none', rowGroupRows: 2048 },
        keyValues: { [text]: text, [`${text} `]: 'other' },
      };
      await opened.engine.writeSelect({ text: 'SELECT 1 AS one' }, file);
      expect(await readdir(folder)).toEqual([name]);
      // A pattern in a file name would be matched: the file is read under another.
      await writeFile(opened.file('plain'), await readFile(file.path));
      const read = `SELECT decode(key) AS k, decode(value) AS v
        FROM parquet_kv_metadata(${literal(opened.file('plain'))})`;
      const rows = await opened.engine.runSelect({ text: read });
      expect(rows.map(({ k, v }) => [k, v])).toEqual([
        [text, text],
        [`${text} `, 'other'],
      ]);
    }
  });

  it.each([';', "'", '\\', '$', '-', '\t', '|', '`', '\u0001'])(
    'stands between the fields of a file of CSV: %j',
    async (delimiter) => {
      const path = opened.file(`delimiter-${delimiter.charCodeAt(0)}`);
      const select = { text: 'SELECT $1 AS one, 2 AS two', values: [`x${delimiter}`] };
      const file = { path, format: 'csv', compression: 'none', header: true, delimiter } as const;
      await opened.engine.writeSelect(select, file);
      const written = `one${delimiter}two\n"x${delimiter}"${delimiter}2\n`;
      expect(await readFile(path, 'utf8')).toBe(written);
    },
  );
});
