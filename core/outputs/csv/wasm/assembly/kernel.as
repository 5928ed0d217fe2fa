import { deflateRows } from './deflate';

export { POWERS_OF_TEN } from './floats';
export { ENTRY_CAPACITY, INDICES, ROW_CAPACITY, ROW_ENDS, VALUES } from './entries';
export {
  countCrc,
  isFinished,
  NA,
  NA_BYTES,
  setText,
  setWindow,
  TEMPLATE,
  TEMPLATE_STRIDE,
  writeBool,
  writeFloat64,
  writeInt32,
  writeInt64,
  writeUint32,
  writeUint64,
} from './text';
export { takeCrc, textCrc, textLength } from './crc';

export { bitsEnd, bitsTo, endByte, putFewBits } from './bits';
export { startBlock, startDeflate, startDeflateWindow } from './deflate';

export {
  LEAD_CODES,
  LEAD_COUNTS,
  LITERAL_CODES,
  LITERAL_COUNTS,
  PATCH_CODES,
  PATCH_COUNTS,
  RUN_CODES,
  RUN_COUNTS,
} from './deflate-codes';

/** The first address that the module does not use. */
export function heapBase(): usize {
  return __heap_base;
}

export function deflateBool(start: usize, end: usize): i32 {
  return deflateRows<bool>(start, end);
}

export function deflateInt32(start: usize, end: usize): i32 {
  return deflateRows<i32>(start, end);
}

export function deflateUint32(start: usize, end: usize): i32 {
  return deflateRows<u32>(start, end);
}

export function deflateInt64(start: usize, end: usize): i32 {
  return deflateRows<i64>(start, end);
}

export function deflateUint64(start: usize, end: usize): i32 {
  return deflateRows<u64>(start, end);
}

export function deflateFloat64(start: usize, end: usize): i32 {
  return deflateRows<f64>(start, end);
}
