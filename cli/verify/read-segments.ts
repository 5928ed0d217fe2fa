import { crc32 } from 'node:zlib';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ManifestError } from '#core/errors.ts';
import { parseSegments, type Segment } from '#core/manifest/manifest.ts';

/**
 * Which bytes of the object of a run are which rows; none where chunks are objects of their own.
 * Holds some 300 bytes for each, of which there are 10,000 at most.
 *
 * @throws {ManifestError} the list beside the manifest is not the one that it names.
 * @throws {SourceNotFoundError} it is missing.
 */
export async function readSegments(run: StoredRun): Promise<readonly Segment[]> {
  const { segments = [], segmentList } = run.manifest;
  if (segmentList === undefined) return segments;
  const { uri, bytes, crc32: expected, count } = segmentList;
  const text = await run.withNamed(uri, async (object) =>
    Buffer.concat(await Array.fromAsync(readBlocks(object))),
  );
  const listed = parseSegments(text.toString());
  if (text.length === bytes && crc32Hex(crc32(text)) === expected && listed.length === count) {
    return listed;
  }
  throw new ManifestError(`${uri} is not the list of segments that the manifest names`);
}
