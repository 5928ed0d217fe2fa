import { type Change, type ChangeContext, concat, extremeIntegers } from './changes.ts';

const BYTES = [0, 1, 2, 0x0a, 0x20, 0x2d, 0x30, 0x7f, 0x80, 0xfe, 0xff];

const MAX_BLOCK = 64;

/** Tries to find a byte that is not zero: files are padded with many zeros. */
const AIMS = 6;

/** A position to change at: half of the time any, otherwise one that is not zero. */
function aim(bytes: Uint8Array, { random }: ChangeContext): number {
  const last = bytes.length - 1;
  let at = random.integer(0, last);
  if (random.chance(0.5)) return at;
  for (let tries = 0; tries < AIMS && bytes[at] === 0; tries++) at = random.integer(0, last);
  return at;
}

/** A range of at most 64 bytes, or sometimes of any length. */
function block(bytes: Uint8Array, context: ChangeContext): readonly [start: number, end: number] {
  const { random } = context;
  const start = aim(bytes, context);
  const most = random.chance(0.2) ? bytes.length : MAX_BLOCK;
  return [start, Math.min(bytes.length, start + random.integer(1, most))];
}

const flipBit: Change = (bytes, context) => {
  const at = aim(bytes, context);
  const bit = context.random.integer(0, 7);
  context.log.push(`bit ${bit} of byte ${at} flipped`);
  return bytes.with(at, bytes[at]! ^ (1 << bit));
};

const setByte: Change = (bytes, context) => {
  const at = aim(bytes, context);
  const value = context.random.pick(BYTES);
  context.log.push(`byte ${at} set to ${value}`);
  return bytes.with(at, value);
};

/** Writes an extreme, or one more or less than what is there, over a 16-, 32- or 64-bit field. */
const setField: Change = (bytes, context) => {
  const { random, log } = context;
  const size = random.pick([2, 4, 8]);
  if (bytes.length < size) return setByte(bytes, context);
  const field = Math.min(aim(bytes, context), bytes.length - size);
  const at = random.chance(0.6) ? field - (field % size) : field;
  const changed = Buffer.from(bytes);
  const there = size === 8 ? changed.readBigUInt64LE(at) : BigInt(changed.readUIntLE(at, size));
  const near = [there + 1n, there - 1n, there * 2n, -there];
  const wanted = random.pick(random.chance(0.3) ? near : extremeIntegers(bytes.length));
  const value = BigInt.asUintN(size * 8, wanted);
  if (size === 8) changed.writeBigUInt64LE(value, at);
  else changed.writeUIntLE(Number(value), at, size);
  log.push(`${size} bytes at ${at} set to ${value}`);
  return new Uint8Array(changed);
};

const truncate: Change = (bytes, context) => {
  const { random } = context;
  const length = random.chance(0.5)
    ? random.integer(0, bytes.length - 1)
    : Math.max(0, bytes.length - random.integer(1, 16));
  context.log.push(`cut to ${length} bytes`);
  return bytes.slice(0, length);
};

const dropBlock: Change = (bytes, context) => {
  const [start, end] = block(bytes, context);
  context.log.push(`bytes ${start} to ${end} dropped`);
  return concat(bytes.subarray(0, start), bytes.subarray(end));
};

const repeatBlock: Change = (bytes, context) => {
  const [start, end] = block(bytes, context);
  context.log.push(`bytes ${start} to ${end} repeated`);
  return concat(bytes.subarray(0, end), bytes.subarray(start));
};

const insertBlock: Change = (bytes, context) => {
  const { random } = context;
  const at = random.integer(0, bytes.length);
  const fill = random.pick([0, 0xff, -1]);
  const length = random.integer(1, MAX_BLOCK);
  const added = Uint8Array.from({ length }, () => (fill < 0 ? random.integer(0, 255) : fill));
  context.log.push(`${length} bytes inserted at ${at}`);
  return concat(bytes.subarray(0, at), added, bytes.subarray(at));
};

const copyBlock: Change = (bytes, context) => {
  const [start, end] = block(bytes, context);
  const to = aim(bytes, context);
  context.log.push(`bytes ${start} to ${end} copied over those at ${to}`);
  const changed = bytes.slice();
  changed.set(bytes.subarray(start, Math.min(end, start + bytes.length - to)), to);
  return changed;
};

const splice: Change = (bytes, context) => {
  const { random, other } = context;
  const from = random.integer(0, bytes.length);
  const to = random.chance(0.5) ? Math.min(from, other.length) : random.integer(0, other.length);
  context.log.push(`from byte ${from} on those of another from ${to} on`);
  return concat(bytes.subarray(0, from), other.subarray(to));
};

/**
 * Changes in place are chosen often: with them a reader gets further than with changes that move
 * everything.
 */
const CHANGES: readonly Change[] = [
  flipBit,
  flipBit,
  flipBit,
  setByte,
  setByte,
  setField,
  setField,
  setField,
  copyBlock,
  truncate,
  dropBlock,
  repeatBlock,
  insertBlock,
  splice,
];

const IN_PLACE: readonly Change[] = [flipBit, setByte, setField, copyBlock];

function changeBy(changes: readonly Change[]): Change {
  return (bytes, context) =>
    bytes.length === 0 ? bytes : context.random.pick(changes)(bytes, context);
}

/** One change of any kind; it does not depend on what the bytes mean. */
export const changeBytes = changeBy(CHANGES);

/** One change that moves nothing. */
export const changeInPlace = changeBy(IN_PLACE);

/** Changes the bytes from `start` on in place, and leaves those before. */
export function changeFrom(bytes: Uint8Array, start: number, context: ChangeContext): Uint8Array {
  return concat(bytes.subarray(0, start), changeInPlace(bytes.subarray(start), context));
}
