import { describe, expect, it } from 'vitest';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { UnsupportedSourceError } from '#core/errors.ts';
import { element, fileOf, footer, root } from './parquet-parts.ts';
import { i32, integer, list, struct, text } from './thrift-values.ts';

describe('columns that a SELECT can not name are refused', () => {
  it.each([
    ['of one name', ['x', 'x'], 'has the columns "x" and "x"'],
    ['that differ in case', ['Straße', 'b', 'STRAßE'], 'has the columns "Straße" and "STRAßE"'],
    ['of an empty name', ['a', ''], 'of the name ""'],
    ['with a NUL', ['a\0b'], String.raw`of the name "a\u0000b"`],
  ])('%s', async (_, names, message) => {
    const columns = names.map((name) => element({ 4: text(name) }));
    const group = struct({ 4: text('g'), 5: i32(names.length) });
    for (const schema of [
      [root(names.length), ...columns],
      [root(1), group, ...columns],
    ]) {
      const reading = readFooter(fileOf(footer({ 2: list(schema), 3: integer(0), 4: list([]) })));
      await expect(reading).rejects.toThrow(UnsupportedSourceError);
      await expect(reading).rejects.toThrow(message);
    }
  });
});
