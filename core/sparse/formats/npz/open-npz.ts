import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { readNpyHeader } from '#core/containers/npy/header.ts';
import {
  readZipDirectory,
  type ZipDirectory,
  type ZipMember,
} from '#core/containers/zip/zip-directory.ts';
import {
  assertReadable,
  isDeflated,
  LOCAL_HEADER_BYTES,
  locateMember,
} from '#core/containers/zip/zip-member.ts';
import { RequestError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import {
  type ArrayFile,
  MEMBER_NAMES,
  type MemberName,
  missingArray,
  SMALL_MEMBERS,
} from '#core/sparse/formats/arrays/array-file.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import { type IndexTime, stageSeekIndex } from '#core/stage/stage-index.ts';
import { memberIndexTask } from './index-member.ts';
import { openStreams } from './npz-streams.ts';

/** An npz file whose directory has been read. */
export interface NpzFile extends ArrayFile {
  /**
   * Does one of the `jobs`: reads a compressed array and stages its seek index, or a part of it.
   *
   * @throws as {@link stageSeekIndex} does.
   * @throws {RequestError} there is no such job.
   */
  stageIndex(job: StageJob, time: IndexTime): Promise<void>;
}

/**
 * Bytes read at the start of each member. Local header, name, zip64 padding and npy header take
 * about 190 bytes; the elements of `format` and `shape` take 16 more.
 */
const MEMBER_HEAD_BYTES = 1024;

/**
 * Bytes read at the end of `indptr`, whose last element is `nnz`. NumPy pads local headers by
 * 20 bytes.
 */
const MEMBER_TAIL_BYTES = 64;

function findMember(source: ByteSource, { members }: ZipDirectory, name: MemberName): ZipMember {
  const { uri } = source;
  const member = members.get(`${name}.npy`);
  if (member === undefined) throw missingArray({ uri, names: [...members.keys()] }, name);
  assertReadable(source, member);
  return member;
}

/** Where the headers are expected. They are read together before they are parsed one by one. */
function headerRanges({ members }: ZipDirectory): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const name of MEMBER_NAMES) {
    const member = members.get(`${name}.npy`);
    if (member === undefined) continue;
    ranges.push({ offset: member.localOffset, length: MEMBER_HEAD_BYTES });
    if (name !== 'indptr' || isDeflated(member)) continue;
    const tail = member.localOffset + LOCAL_HEADER_BYTES + member.name.length + member.bytes - 8;
    ranges.push({ offset: tail, length: MEMBER_TAIL_BYTES });
  }
  return ranges;
}

/** The compressed arrays of a matrix, in an order that does not depend on the file. */
function compressedArrays({ members }: ZipDirectory): ZipMember[] {
  return MEMBER_NAMES.filter((name) => !SMALL_MEMBERS.has(name))
    .map((name) => members.get(`${name}.npy`))
    .filter((member) => member !== undefined)
    .filter(isDeflated);
}

/**
 * Reads the directory of an npz file.
 *
 * Reads more than the headers need. So a small file takes no reads after those of head and tail
 * that found its format; a large one takes two or three more of about 1 KiB.
 *
 * @param staged the store with the seek indexes of compressed arrays.
 * @throws {CorruptSourceError} the zip structures are damaged.
 * @throws {UnsupportedSourceError} the archive is split.
 */
export async function openNpz({
  unit,
  source,
  staged,
}: Pick<FormatInput, 'unit' | 'source' | 'staged'>): Promise<NpzFile> {
  const directory = await readZipDirectory(source);
  const prefetched = await withPrefetched(source, headerRanges(directory));
  const compressed = compressedArrays(directory);
  const streams = await openStreams(prefetched, compressed, staged);
  return {
    uri: source.uri,
    isCsrByDefault: false,
    names: [...directory.members.keys()],
    objects: [...unit.objects, ...streams.indexes],
    jobs: streams.jobs,
    has: (name) => directory.members.has(`${name}.npy`),
    async read(name) {
      const member = findMember(source, directory, name);
      const located = await locateMember(prefetched, directory, member);
      const { source: opened, range, stream } = await streams.open(member, located);
      const header = await readNpyHeader(opened, range, `${member.name} in ${source.uri}`);
      return { header, source: opened, stream };
    },
    async stageIndex({ index, part = 0 }, time) {
      const member = compressed[index];
      if (member === undefined) {
        throw new RequestError([
          `${source.uri} has ${compressed.length} compressed arrays, so there is no job ${index}`,
        ]);
      }
      const range = await locateMember(prefetched, directory, member);
      await stageSeekIndex(memberIndexTask(source, member, range), part, staged, time);
    },
  };
}
