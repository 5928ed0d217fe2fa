// What the schema expects: a tree of nodes, written by the host.

import { hashOf, isSameText } from './keys';

/** Kinds of nodes. Node 0 is of none: whatever the schema does not name. */
export const ANY: u8 = 0;
export const LEAF: u8 = 1;
export const STRUCT: u8 = 2;
export const LIST: u8 = 3;
export const MAP: u8 = 4;

/** Most nodes, and most fields. */
export const MAX_NODES: i32 = 32768;

/** Most bytes of the names of all fields. */
export const MAX_NAME_BYTES: i32 = 1048576;

/**
 * Eight bytes for each node: its kind, whether fields of it hold values, whether its name stands in
 * JSON as it is, and the node of the values.
 */
const NODES: usize = memory.data(32768 * 8, 64);

export const NAMES: usize = memory.data(1048576 + 64, 64);

/** Slots of 16 bytes: a field's name, its length, its struct, its node. */
const FIELDS: usize = memory.data(65536 * 16, 64);

/** Eight bytes for each node: its name and the length of that. */
const NODE_NAMES: usize = memory.data(32768 * 8, 64);

const MASK: u32 = 65535;

/** Begins a schema. */
export function startSchema(): void {
  memory.fill(NODES, 0, 32768 * 8);
  memory.fill(FIELDS, 0, 65536 * 16);
}

/** Of a list or a map, `values` is the node of what it holds. */
export function setNode(node: u32, kind: u8, values: u32): void {
  store<u8>(NODES + node * 8, kind);
  store<u32>(NODES + node * 8, values, 4);
}

function slotOf(struct: u32, hash: u32): u32 {
  return (hash ^ (struct * 0x9e3779b1)) & MASK;
}

/** Adds a field whose name is at `name`. */
export function addField(struct: u32, name: usize, bytes: u32, node: u32): void {
  let slot = slotOf(struct, hashOf(name, bytes));
  while (load<u32>(FIELDS + slot * 16, 8)) slot = (slot + 1) & MASK;
  const field = FIELDS + slot * 16;
  store<u32>(field, <u32>name);
  store<u32>(field, bytes, 4);
  store<u32>(field, struct, 8);
  store<u32>(field, node, 12);
  store<u32>(NODE_NAMES + node * 8, <u32>name);
  store<u32>(NODE_NAMES + node * 8, bytes, 4);
  store<u8>(NODES + node * 8, isBare(name, bytes) ? 1 : 0, 2);
  if (kindOf(node) > LEAF) store<u8>(NODES + struct * 8, 1, 1);
}

/** Whether a name has no byte that JSON escapes. */
function isBare(name: usize, bytes: u32): bool {
  for (let k: u32 = 0; k < bytes; k += 1) {
    const byte = load<u8>(name + k);
    if (byte < 0x20 || byte == 0x22 || byte == 0x5c) return false;
  }
  return true;
}

/** Address behind the closing quote if the name of the field and that quote stand there; else 0. */
// @ts-ignore: decorator
@inline
export function passName(node: u32, start: usize): usize {
  const bytes = load<u32>(NODE_NAMES + node * 8, 4);
  if (load<u8>(NODES + node * 8, 2) == 0 || load<u8>(start + bytes) != 0x22) return 0;
  let name = <usize>load<u32>(NODE_NAMES + node * 8);
  let at = start;
  const end = start + bytes;
  while (at + 8 <= end) {
    if (load<u64>(name) != load<u64>(at)) return 0;
    name += 8;
    at += 8;
  }
  if (at == end) return end + 1;
  const differs = load<u64>(name) ^ load<u64>(at);
  return differs << ((8 - (end - at)) << 3) == 0 ? end + 1 : 0;
}

// @ts-ignore: decorator
@inline
export function kindOf(node: u32): u8 {
  return load<u8>(NODES + node * 8);
}

/** True if a field of the struct holds values, so that each value must be looked at. */
// @ts-ignore: decorator
@inline
export function holdsValues(node: u32): bool {
  return load<u8>(NODES + node * 8, 1) != 0;
}

/** The node of what a list or a map holds. */
export function valuesOf(node: u32): u32 {
  return load<u32>(NODES + node * 8, 4);
}

/** The node of the field whose name is that of a key; 0 if there is none. */
export function fieldOf(struct: u32, key: usize): u32 {
  let slot = slotOf(struct, load<u32>(key, 8));
  while (true) {
    const field = FIELDS + slot * 16;
    const owner = load<u32>(field, 8);
    if (owner == 0) return 0;
    if (owner == struct && isSameText(field, key)) return load<u32>(field, 12);
    slot = (slot + 1) & MASK;
  }
}
