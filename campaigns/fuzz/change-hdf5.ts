import { lookup3 } from '#core/containers/hdf5/lookup3.ts';
import { changeBytes, changeInPlace } from './change-bytes.ts';
import { type Change, toText } from './changes.ts';

/** Signatures of the structures that end with a checksum. */
const SIGNATURES = /\x89HDF|OHDR|OCHK|FRHP|FHIB|FHDB|BTHD|BTIN|BTLF|FAHD|FADB|EAHD|EAIB|EASB|EADB/g;

/** Structures of small files are shorter than this. */
const MAX_STRUCTURE = 1024;

/** Bytes that are followed by their checksum. */
interface Checked {
  readonly start: number;
  readonly end: number;
}

/** Structures with checksums, by the bytes of the seed that they were found in. */
const found = new WeakMap<Uint8Array, readonly Checked[]>();

function findChecked(bytes: Uint8Array): readonly Checked[] {
  const known = found.get(bytes);
  if (known !== undefined) return known;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const checked: Checked[] = [];
  for (const { index: start } of toText(bytes).matchAll(SIGNATURES)) {
    const last = Math.min(bytes.length - 4, start + MAX_STRUCTURE);
    for (let end = start + 8; end <= last; end++) {
      if (lookup3(bytes.subarray(start, end)) !== view.getUint32(end, true)) continue;
      checked.push({ start, end });
      break;
    }
  }
  found.set(bytes, checked);
  return checked;
}

/** Changes a structure, and its checksum with it. */
const changeChecked: Change = (bytes, context) => {
  const { start, end } = context.random.pick(findChecked(bytes));
  context.log.push(`structure at ${start}`);
  const changed = bytes.slice();
  changed.set(changeInPlace(bytes.subarray(start, end), context), start);
  new DataView(changed.buffer).setUint32(end, lookup3(changed.subarray(start, end)), true);
  return changed;
};

/**
 * Signatures of the older structures, which have no checksums. Messages have no signatures at all.
 */
const OLDER = /TREE|SNOD|HEAP|GCOL|encoding-type|csr_matrix|shape|indptr|indices|data|matrix/g;

/** Changes bytes at or after a signature. */
const changeNear: Change = (bytes, context) => {
  const { random } = context;
  const places = [...toText(bytes).matchAll(OLDER)];
  if (places.length === 0) return changeInPlace(bytes, context);
  const start = Math.max(0, random.pick(places).index - random.pick([0, 0, 64, 160]));
  const end = Math.min(bytes.length, start + random.pick([32, 96, 256]));
  context.log.push(`behind ${start}`);
  const changed = bytes.slice();
  changed.set(changeInPlace(bytes.subarray(start, end), context), start);
  return changed;
};

/**
 * One change of a HDF5 file: of a structure with its checksum, near a signature, or of any bytes.
 */
export const changeHdf5: Change = (bytes, context) => {
  const kind = context.random.next();
  if (kind < 0.2) return changeBytes(bytes, context);
  if (kind < 0.4) return changeInPlace(bytes, context);
  if (kind < 0.7 && findChecked(bytes).length > 0) return changeChecked(bytes, context);
  return changeNear(bytes, context);
};
