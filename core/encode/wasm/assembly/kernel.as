export { POWERS_OF_TEN } from './floats';
export {
  ENTRY_CAPACITY,
  INDICES,
  isFinished,
  NA,
  NA_BYTES,
  ROW_CAPACITY,
  ROW_ENDS,
  setText,
  setWindow,
  TEMPLATE,
  TEMPLATE_STRIDE,
  VALUES,
  writeBool,
  writeFloat64,
  writeInt32,
  writeInt64,
  writeUint32,
  writeUint64,
} from './text';
export { textCrc, textLength } from './crc';
export {
  digestBool,
  digestFloat64,
  digestInt32,
  digestInt64,
  digestLineEnds,
  digestUint32,
  digestUint64,
  startDigest,
} from './digest';

export { bitsEnd, bitsTo, endByte, putFewBits } from './bits';
export {
  deflateBool,
  deflateFloat64,
  deflateInt32,
  deflateInt64,
  deflateUint32,
  deflateUint64,
  LEAD_CODES,
  LEAD_COUNTS,
  LITERAL_CODES,
  LITERAL_COUNTS,
  PATCH_CODES,
  PATCH_COUNTS,
  RUN_CODES,
  RUN_COUNTS,
  startBlock,
  startDeflate,
  startDeflateWindow,
} from './deflate';

/** The first address that nothing here uses. */
export function heapBase(): usize {
  return __heap_base;
}
