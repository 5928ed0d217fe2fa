import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { inflatedSource } from '#core/containers/deflate/inflated-source.ts';
import type { ZipMember } from '#core/containers/zip/zip-directory.ts';
import { isDeflated } from '#core/containers/zip/zip-member.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { StreamLayout } from '#core/sparse/layout/matrix-layout.ts';
import { INDEX_PREFIX, indexJob, indexName } from '#core/stage/stage-index.ts';
import { arrayName } from './index-member.ts';
import { openMemberHead } from './member-head.ts';

/** The source of a member's bytes, and its form in a layout. */
interface NpzStream {
  /** The source. Of a compressed array without an index it can only read the header. */
  readonly source: ByteSource;
  /** Where the member lies in `source`. */
  readonly range: ByteRange;
  /** The form in a layout. Object 0 is the file; the {@link NpzStreams.indexes} come after it. */
  readonly stream: StreamLayout;
}

/** The streams of the members of an npz file, some of them compressed. */
export interface NpzStreams {
  /** The staged seek indexes of compressed arrays. */
  readonly indexes: readonly SourcePin[];
  /**
   * The jobs that make the missing seek indexes. A job's number is the position of its array among
   * the compressed arrays.
   */
  readonly jobs: readonly StageJob[];
  /** @param range where the member's bytes lie in the file. */
  open(member: ZipMember, range: ByteRange): Promise<NpzStream>;
}

/**
 * Finds the seek indexes of compressed arrays. One LIST if there are such arrays, otherwise no
 * request.
 *
 * @param source the file.
 * @param compressed its compressed arrays, always in the same order. Other compressed members are
 * read without an index.
 */
export async function openStreams(
  source: ByteSource,
  compressed: readonly ZipMember[],
  staged: StageStore,
): Promise<NpzStreams> {
  const found = compressed.length > 0 ? await staged.list(INDEX_PREFIX) : new Map();
  const indexes = compressed.map((member) => found.get(indexName(arrayName(member))));
  return {
    indexes: indexes.filter((index) => index !== undefined).map(({ pin }) => pin),
    jobs: compressed
      .map((member, index) => indexJob(found, arrayName(member), index))
      .filter(({ index }) => indexes[index] === undefined),
    async open(member, range) {
      if (!isDeflated(member)) return { source, range, stream: { kind: 'stored', object: 0 } };
      const position = compressed.indexOf(member);
      const index = indexes[position]?.source;
      const size = member.bytes;
      return {
        source:
          index === undefined
            ? await openMemberHead(source, range, member)
            : inflatedSource({ compressed: source, range, size, index, name: member.name }),
        range: { offset: 0, length: size },
        stream: { kind: 'deflate', object: 0, compressed: range, size, index: 1 + position },
      };
    },
  };
}
