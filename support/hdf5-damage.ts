import { lookup3 } from '#core/containers/hdf5/lookup3.ts';

/** A structure that ends with a checksum, which lies at `end`. */
export interface CheckedRange {
  readonly start: number;
  readonly end: number;
}

const SIGNATURES = [
  '\x89HDF',
  'OHDR',
  'OCHK',
  'FRHP',
  'BTHD',
  'BTLF',
  'BTIN',
  'FAHD',
  'FADB',
  'EAHD',
  'EAIB',
  'EADB',
  'EASB',
];

/** The longest structure of the fixtures that tests damage. */
const MAX_BYTES = 2048;

function findEnd(bytes: Uint8Array, start: number): number | undefined {
  const view = new DataView(bytes.buffer);
  for (let end = start + 8; end <= Math.min(start + MAX_BYTES, bytes.length - 4); end++) {
    if (view.getUint32(end, true) === lookup3(bytes.subarray(start, end))) return end;
  }
  return undefined;
}

/** Finds the structures with checksums in an undamaged file. */
export function findChecked(bytes: Uint8Array): CheckedRange[] {
  const found: CheckedRange[] = [];
  const buffer = Buffer.from(bytes.buffer);
  for (const signature of SIGNATURES) {
    for (
      let at = buffer.indexOf(signature, 0, 'latin1');
      at >= 0;
      at = buffer.indexOf(signature, at + 4, 'latin1')
    ) {
      const end = findEnd(bytes, at);
      if (end !== undefined) found.push({ start: at, end });
    }
  }
  return found;
}

/** Computes the checksums over changed bytes anew, so that a reader gets past them. */
export function mendChecksums(bytes: Uint8Array, ranges: readonly CheckedRange[]): void {
  const view = new DataView(bytes.buffer);
  for (const { start, end } of ranges) {
    view.setUint32(end, lookup3(bytes.subarray(start, end)), true);
  }
}

/** Bytes that are written at an offset, maybe past the end. */
export type Change = readonly [at: number, values: readonly number[]];

/** A copy with some bytes changed and its checksums computed anew. */
export function damage(bytes: Uint8Array, changes: readonly Change[]): Uint8Array<ArrayBuffer> {
  const length = Math.max(bytes.length, ...changes.map(([at, values]) => at + values.length));
  const copy = new Uint8Array(length);
  copy.set(bytes);
  for (const [at, values] of changes) copy.set(values, at);
  const changed = findChecked(new Uint8Array(bytes)).filter(({ start, end }) =>
    changes.some(([at, values]) => at < end && at + values.length > start),
  );
  mendChecksums(copy, changed);
  return copy;
}
