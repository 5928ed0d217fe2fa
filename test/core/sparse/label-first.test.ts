import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsLabelFirst, namesLabelFirst, putLabelFirst } from '#core/sparse/label-first.ts';
import { cutSlice, matrices } from '#support/arbitrary-matrix.ts';

/** Where a column lies when the label has moved to the front. */
const moved = (column: number, label: number) => {
  if (column === label) return 0;
  return column < label ? column + 1 : column;
};

describe('a column that is the label', () => {
  it('comes first in each row, and changes nothing else', () => {
    const labelled = matrices.chain((matrix) =>
      fc.tuple(fc.constant(matrix), fc.nat(Math.max(0, matrix.options.columns - 1))),
    );
    fc.assert(
      fc.property(labelled, ([{ slice }, label]) => {
        const { indptr, indices, data } = slice;
        const expected = Array.from({ length: indptr.length - 1 }, (_, row) => {
          const entries = Array.from(
            indices.subarray(indptr[row], indptr[row + 1]),
            (column, at) => {
              return [moved(column, label), data[indptr[row]! + at]] as const;
            },
          );
          return entries.sort(([a], [b]) => a - b);
        }).flat();
        const [copy] = cutSlice(slice, []);
        putLabelFirst(copy!, label);
        expect(Array.from(copy!.indices, (column, at) => [column, copy!.data[at]])).toEqual(
          expected,
        );
        expect(copy!.indptr).toEqual(indptr);
      }),
    );
  });

  it.each([0, 2, 4])('%i comes first among groups and names', async (label) => {
    const columns = [0, 1, 2, 3, 4];
    const order = [label, ...columns.filter((column) => column !== label)];
    expect([...groupsLabelFirst(Uint8Array.from(columns), label)]).toEqual(order);
    const names = {
      uri: 'names',
      async *read() {
        yield ['0', '1'];
        yield ['2', '3', '4'];
      },
    };
    const read = await Array.fromAsync(namesLabelFirst(names, label).read());
    expect(read.flat()).toEqual(order.map(String));
  });
});
