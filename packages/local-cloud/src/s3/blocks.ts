/**
 * Bytes that are written and digested at once: large, so that system calls and messages are few.
 */
export const BLOCK_BYTES = 512 * 1024;

/** One is filled while those before it are written and digested. */
const BLOCKS = 3;

/**
 * A piece of memory that threads share. It begins at a page of the system's memory: the system
 * writes only such memory past its cache.
 */
export type Block = Uint8Array<SharedArrayBuffer>;

const WASM_PAGE_BYTES = 64 * 1024;

/** Sets of blocks that no body uses at the moment. */
const free: Block[][] = [];

/** Only memory of WebAssembly begins at a page for certain. */
function newBlocks(): Block[] {
  const pages = (BLOCKS * BLOCK_BYTES) / WASM_PAGE_BYTES;
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return Array.from(
    { length: BLOCKS },
    (_, block) => new Uint8Array(buffer, block * BLOCK_BYTES, BLOCK_BYTES),
  );
}

/**
 * Lends three blocks of {@link BLOCK_BYTES}; their content is that of another body.
 *
 * Memory: 1.5 MiB for each body that is under way at once. It is used again and never freed: new
 * memory costs more than what is done with it.
 */
export function lendBlocks(): readonly Block[] {
  return free.pop() ?? newBlocks();
}

/** Takes back blocks that nothing reads or writes any more. */
export function giveBack(blocks: readonly Block[]): void {
  free.push([...blocks]);
}
