import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { buildSeekIndex } from '#core/containers/deflate/build-seek-index.ts';
import type { ZipMember } from '#core/containers/zip/zip-directory.ts';
import type { StageStore } from '#core/objects/stage-store.ts';

/** Folder of the staged seek indexes. */
export const INDEX_PREFIX = 'index/';

/** Bytes per read: large enough for S3's full speed. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** One block is inflated while two are being read. */
const BLOCKS_AT_ONCE = 3;

/** Name of the seek index of a member such as `data.npy`: `index/data.idx`. */
export function indexName({ name }: ZipMember): string {
  return `${INDEX_PREFIX}${name.replace(/\.npy$/, '')}.idx`;
}

function* blockReads(source: ByteSource, { offset, length }: ByteRange, signal?: AbortSignal) {
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    const block = { offset: offset + at, length: Math.min(BLOCK_BYTES, length - at) };
    yield () => {
      signal?.throwIfAborted();
      return source.read(block);
    };
  }
}

/**
 * Makes the seek index of a deflated member and stages it, unless it is staged already. This also
 * checks length and CRC-32 of the member, so a damaged member is refused here.
 *
 * Reads the member once, in blocks of 4 MiB. Holds three blocks and the index, at most 33 MiB.
 *
 * @param range where the member's bytes lie in `source`.
 * @throws {CorruptSourceError} the member is damaged, or does not fit the zip directory.
 */
export async function stageMemberIndex(
  source: ByteSource,
  { member, range }: { readonly member: ZipMember; readonly range: ByteRange },
  staged: StageStore,
  signal?: AbortSignal,
): Promise<void> {
  const name = indexName(member);
  if ((await staged.open(name)) !== undefined) return;
  const blocks = inOrder(blockReads(source, range, signal), BLOCKS_AT_ONCE);
  const where = `${member.name} in ${source.uri}`;
  const { pieces } = await buildSeekIndex(blocks, { ...member, where });
  await staged.create(name, pieces);
}
