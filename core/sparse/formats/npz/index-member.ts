import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import type { ZipMember } from '#core/containers/zip/zip-directory.ts';
import type { IndexTask } from '#core/stage/stage-index.ts';

/** Name of a member such as `data.npy` in names of what is staged: `data`. */
export function arrayName({ name }: ZipMember): string {
  return name.replace(/\.npy$/, '');
}

/**
 * What makes the seek index of a deflated member. The pass checks its length and its CRC-32.
 *
 * @param range where the member's bytes lie in `source`.
 */
export function memberIndexTask(
  source: ByteSource,
  member: ZipMember,
  range: ByteRange,
): IndexTask {
  return {
    source,
    range,
    stream: { ...member, where: `${member.name} in ${source.uri}` },
    name: arrayName(member),
    advice: 'save the matrix with compressed=False',
  };
}
