import type { CsrData } from '#core/elements/csr-data.ts';
import type { CsrSlice } from './csr.ts';
import type { Names } from './names.ts';

/** Moves entry `from` to `to`, and those between them one further. */
function moveEntry(data: CsrData, from: number, to: number): void {
  const value = data[from]!;
  data.copyWithin(to + 1, to, from);
  data[to] = value;
}

/**
 * Moves a column to the front, in place: the columns before it are numbered one higher. Touches
 * only their entries.
 */
export function putLabelFirst({ indptr, indices, data }: CsrSlice, label: number): void {
  for (let row = 0; row + 1 < indptr.length; row += 1) {
    const start = indptr[row]!;
    const end = indptr[row + 1]!;
    let at = start;
    for (; at < end && indices[at]! < label; at += 1) indices[at]! += 1;
    if (at === end || indices[at] !== label) continue;
    indices.copyWithin(start + 1, start, at);
    indices[start] = 0;
    moveEntry(data, at, start);
  }
}

/** The groups of columns, of which the label comes first. */
export function groupsLabelFirst(groups: Uint8Array, label: number): Uint8Array {
  const moved = groups.slice();
  moved.copyWithin(1, 0, label);
  moved[0] = groups[label]!;
  return moved;
}

/** The names of columns, of which that of the label comes first. They are read twice. */
export function namesLabelFirst(names: Names, label: number): Names {
  return {
    uri: names.uri,
    async *read() {
      let before = 0;
      for await (const batch of names.read()) {
        const name = batch[label - before];
        before += batch.length;
        if (name === undefined) continue;
        yield [name];
        break;
      }
      before = 0;
      for await (const batch of names.read()) {
        const at = label - before;
        before += batch.length;
        yield batch.filter((_, index) => index !== at);
      }
    },
  };
}
