// The keys of the objects that are open, to find two that are equal.

import { fail, MANY_KEYS, TWO_KEYS } from './fault';
import { decodeString, hasEscape } from './strings';

/** Most keys of the objects that are open at once. */
const MAX_KEYS: u32 = 131072;

/** Bytes of an entry: where the text of the key begins, its length, its hash, its place. */
const ENTRY: u32 = 16;

const KEYS: usize = memory.data(131072 * 16, 64);

/** Texts of keys with escapes, decoded: never longer than the input. */
const DECODED: usize = memory.data(4194304 + 1048576 + 128, 64);

/** Slots of eight bytes: the number of the object, and its key. */
const SLOTS: usize = memory.data(262144 * 8, 64);

/** Keys of all open objects. */
export let keyCount: u32 = 0;
let decodedEnd: usize = DECODED;
/** Number of the object whose keys are in the slots. */
let objectNumber: u32 = 0;

/** Begins a line. */
export function clearKeys(): void {
  keyCount = 0;
  decodedEnd = DECODED;
}

/** Begins a text: no slot may seem to be of an object to come. */
export function clearSlots(): void {
  if (objectNumber < 0x40000000) return;
  memory.fill(SLOTS, 0, 262144 * 8);
  objectNumber = 0;
}

/** A hash of all bytes, eight at a time. */
export function hashOf(text: usize, bytes: u32): u32 {
  let hash: u64 = <u64>bytes * 0x9e3779b97f4a7c15;
  let at = text;
  let left = bytes;
  while (left >= 8) {
    hash = (hash ^ load<u64>(at)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
    at += 8;
    left -= 8;
  }
  if (left) {
    hash = (hash ^ (load<u64>(at) & (((<u64>1) << (left << 3)) - 1))) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return <u32>hash;
}

/** Adds the key between two quotes. Returns false if there are too many. */
export function pushKey(start: usize, end: usize): bool {
  if (keyCount == MAX_KEYS) {
    fail(MANY_KEYS, start);
    return false;
  }
  let text = start;
  let bytes = <u32>(end - start);
  if (hasEscape) {
    text = decodedEnd;
    decodedEnd = decodeString(start, end, text);
    bytes = <u32>(decodedEnd - text);
  }
  const entry = KEYS + keyCount * ENTRY;
  store<u32>(entry, <u32>text);
  store<u32>(entry, bytes, 4);
  store<u32>(entry, hashOf(text, bytes), 8);
  store<u32>(entry, <u32>start, 12);
  keyCount += 1;
  return true;
}

/** Takes the last key away again. */
export function popKey(): void {
  keyCount -= 1;
}

/** The entry of the last key. */
// @ts-ignore: decorator
@inline
export function lastKey(): usize {
  return KEYS + (keyCount - 1) * ENTRY;
}

/** True if two entries, or fields of a schema, have one text. */
export function isSameText(one: usize, other: usize): bool {
  const bytes = load<u32>(one, 4);
  return (
    bytes == load<u32>(other, 4) &&
    memory.compare(<usize>load<u32>(one), <usize>load<u32>(other), bytes) == 0
  );
}

/** For two or more keys: the least power of two that leaves every other slot free, less one. */
function slotMask(keys: u32): u32 {
  return (<u32>1 << (33 - clz(keys - 1))) - 1;
}

function areDistinct(first: u32): bool {
  objectNumber += 1;
  const mask = slotMask(keyCount - first);
  for (let key = first; key < keyCount; key += 1) {
    const entry = KEYS + key * ENTRY;
    let slot = load<u32>(entry, 8) & mask;
    while (load<u32>(SLOTS + slot * 8) == objectNumber) {
      const other = KEYS + load<u32>(SLOTS + slot * 8, 4) * ENTRY;
      if (load<u32>(other, 8) == load<u32>(entry, 8) && isSameText(entry, other)) {
        fail(TWO_KEYS, <usize>load<u32>(entry, 12));
        return false;
      }
      slot = (slot + 1) & mask;
    }
    store<u32>(SLOTS + slot * 8, objectNumber);
    store<u32>(SLOTS + slot * 8, key, 4);
  }
  return true;
}

/** Ends the object whose keys begin at number `first`. Returns false if two are equal. */
export function closeKeys(first: u32): bool {
  if (keyCount - first > 1 && !areDistinct(first)) return false;
  keyCount = first;
  return true;
}
