import { describe, expect, it } from 'vitest';
import type { NamedLayout } from '#core/sources/column-names.ts';
import { withLabelColumn } from '#core/sources/label-column.ts';

function named(names: readonly (readonly string[])[] | undefined): NamedLayout {
  const columnNames = names && {
    uri: 'names',
    async *read() {
      yield* names;
    },
  };
  return { layout: { shape: [9, 4] }, columnNames } as unknown as NamedLayout;
}

const NAMES = named([
  ['a', 'b'],
  ['y', 'b'],
]);

const columnOf = async (label: string | number, of = NAMES) =>
  (await withLabelColumn(of, label)).layout.labelColumn;

describe('the column of a label', () => {
  it('is found by its number or its name', async () => {
    expect(await columnOf(3)).toBe(3);
    expect(await columnOf('y')).toBe(2);
    expect(await columnOf('a')).toBe(0);
    expect(await withLabelColumn(NAMES, undefined)).toBe(NAMES);
  });

  it.each([
    [
      'that is not there',
      4,
      NAMES,
      'the label is column 4, counted from 0, but there are 4 columns',
    ],
    ['without its name', 'z', NAMES, 'the label is the column "z", but no column has this name'],
    [
      'with a name of others',
      'b',
      NAMES,
      'the label is the column "b", but 2 columns have this name',
    ],
    [
      'of columns without names',
      'y',
      named(undefined),
      'but columns have no names; give its number',
    ],
  ])('is refused %s', async (_, label, of, sentence) => {
    await expect(columnOf(label, of)).rejects.toThrow(sentence);
  });
});
