import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { inflatedSource } from '#core/containers/deflate/inflated-source.ts';
import type { ZipMember } from '#core/containers/zip/zip-directory.ts';
import { isDeflated } from '#core/containers/zip/zip-member.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { StreamLayout } from '#core/sparse/layout/matrix-layout.ts';
import { INDEX_PREFIX, indexName } from './index-member.ts';
import { openMemberHead } from './member-head.ts';

/** What a member's bytes are read from, and how that is kept in a layout. */
export interface NpzStream {
  /** Of a compressed array without an index only the header can be read. */
  readonly source: ByteSource;
  /** Where in `source` the member lies. */
  readonly range: ByteRange;
  /** The file is object 0, the {@link NpzStreams.indexes} follow. */
  readonly stream: StreamLayout;
}

/** The streams of the members of an npz file, some of them compressed. */
export interface NpzStreams {
  /** Seek indexes of compressed arrays that have been staged. */
  readonly indexes: readonly SourcePin[];
  /** Jobs that make the missing ones: the numbers are positions among the compressed arrays. */
  readonly jobs: readonly StageJob[];
  /** @param range where the member's bytes lie in the file. */
  open(member: ZipMember, range: ByteRange): Promise<NpzStream>;
}

/** Name of the round that makes the seek indexes of compressed arrays. */
export const INDEX_ROUND = 'index';

/**
 * Looks for the seek indexes of compressed arrays: one LIST if there are such arrays, otherwise nothing.
 *
 * @param source the file.
 * @param compressed its compressed arrays, always in the same order; other members that are compressed
 * are read without an index.
 */
export async function openStreams(
  source: ByteSource,
  compressed: readonly ZipMember[],
  staged: StageStore,
): Promise<NpzStreams> {
  const found = compressed.length > 0 ? await staged.list(INDEX_PREFIX) : new Map();
  const indexes = compressed.map((member) => found.get(indexName(member)));
  return {
    indexes: indexes.filter((index) => index !== undefined).map(({ pin }) => pin),
    jobs: [...indexes.entries()]
      .filter(([, index]) => index === undefined)
      .map(([index]) => ({ round: INDEX_ROUND, index })),
    async open(member, range) {
      if (!isDeflated(member)) return { source, range, stream: { kind: 'stored', object: 0 } };
      const position = compressed.indexOf(member);
      const index = indexes[position]?.source;
      const size = member.bytes;
      return {
        source:
          index === undefined
            ? await openMemberHead(source, range, member)
            : inflatedSource({ compressed: source, range, size, index }),
        range: { offset: 0, length: size },
        stream: { kind: 'deflate', object: 0, compressed: range, size, index: 1 + position },
      };
    },
  };
}
