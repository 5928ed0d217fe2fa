// What is wrong with a line, and where. The host has a sentence for each.

export const NOT_OBJECT: i32 = 1;
export const CUT_SHORT: i32 = 2;
export const NO_NAME: i32 = 3;
export const NO_COLON: i32 = 4;
export const NO_VALUE: i32 = 5;
export const BAD_NUMBER: i32 = 6;
export const NO_COMMA: i32 = 7;
export const MORE_VALUES: i32 = 8;
export const CONTROL: i32 = 9;
export const BAD_ESCAPE: i32 = 10;
export const LONE_SURROGATE: i32 = 11;
export const DEEP: i32 = 12;
export const TWO_KEYS: i32 = 13;
export const MANY_KEYS: i32 = 14;
export const LONG_LINE: i32 = 15;
export const WRONG_KIND: i32 = 16;

/** The fault of the line under way; 0 if there is none. */
export let fault: i32 = 0;
/** Address of the byte that shows it. */
export let faultAt: usize = 0;
/** Node of the schema that it contradicts. */
export let faultNode: u32 = 0;

export function clearFault(): void {
  fault = 0;
}

/** Returns 0, which stands for "no place to go on". */
export function fail(kind: i32, at: usize): usize {
  fault = kind;
  faultAt = at;
  return 0;
}

export function failNode(at: usize, node: u32): usize {
  faultNode = node;
  return fail(WRONG_KIND, at);
}
