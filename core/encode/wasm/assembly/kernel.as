export { POWERS_OF_TEN } from './floats';
export * from './text';

/** The first address that nothing here uses. */
export function heapBase(): usize {
  return __heap_base;
}
