import type { Gunzip } from 'node:zlib';

/** Gives blocks to `gunzip` one by one, each after the one before has been used. */
export async function feedGunzip(gunzip: Gunzip, blocks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const block of blocks) {
      await new Promise<void>((resolve) => gunzip.write(block, () => resolve()));
      if (gunzip.destroyed) return;
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error as Error);
  }
}
