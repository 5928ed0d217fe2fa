import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { PLAIN_PLACES } from '#core/stage/gzip-places.ts';
import type { SamplePick } from '#core/tables/pack/sample-picks.ts';
import { readText } from '#core/tables/text/read-text.ts';
import type { OpenedObject } from './open-object.ts';
import type { ParquetPart, TextPart } from './table-slice.ts';
import { MIN_FOOTER_BYTES } from './table-units.ts';
import { cutText, firstRecord } from './text-cuts.ts';

/** A part of an object that is converted to learn its size. */
export interface SamplePart {
  /** Undefined if no record lies there. */
  readonly part: TextPart | ParquetPart | undefined;
  /** Bytes of the object that it takes, compressed where the object is. */
  readonly sourceBytes: number;
  /** Bytes of its text; 0 of Parquet. */
  readonly textBytes: number;
}

type OpenedText = OpenedObject & { readonly format: 'csv' | 'jsonl' };

/** A compressed text is read at once up to so many bytes, and further where it inflates little. */
const PREFETCH_BYTES = 4 * 1024 * 1024;

/**
 * So exactly is it known how many compressed bytes a text took. A short text has small blocks,
 * since it may be a hundred times as long as what it took.
 */
const BLOCK_BYTES = { max: 16 * 1024, share: 1 / 256 };

/** From so far before its end, a record is looked for at which an inflated prefix is cut. */
const LAST_BYTES = 256 * 1024;

/** Records of a text that can be cut; of an inflated one as many bytes of text as were picked. */
async function plainPart(text: OpenedText, { from, to }: SamplePick): Promise<SamplePart> {
  const { source, compression, places = PLAIN_PLACES } = text;
  const begin = places.textAt(from);
  const behind = Math.min(places.textAt(to), begin + to - from);
  const start = begin === 0 ? 0 : await cutText(text, source, begin);
  const end = behind === source.size ? behind : await cutText(text, source, behind);
  const first = Math.max(start, firstRecord(text));
  const part = { source, compression, start: first, ...(end < source.size && { end }) };
  const sourceBytes = places.storedAt(end) - places.storedAt(start);
  const textBytes = end - start;
  return { part: first < end ? part : undefined, sourceBytes, textBytes };
}

/** The first bytes of an inflated text, and how many compressed bytes they took. */
async function inflate(text: OpenedText, textBytes: number) {
  const { source, compression } = text;
  const near = await withPrefetched(source, [{ offset: 0, length: PREFETCH_BYTES }]);
  let read = 0;
  const counted: ByteSource = {
    ...{ uri: near.uri, size: near.size, etag: near.etag },
    read: async (range) => {
      read = range.offset + range.length;
      return await near.read(range);
    },
  };
  const blockBytes = Math.min(BLOCK_BYTES.max, Math.ceil(textBytes * BLOCK_BYTES.share));
  const reading = { compression, maxTextBytes: Number.MAX_SAFE_INTEGER, blockBytes };
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let isWhole = true;
  for await (const piece of readText(counted, reading)) {
    pieces.push(new Uint8Array(piece));
    bytes += piece.length;
    isWhole = bytes < textBytes;
    if (!isWhole) break;
  }
  // One block is read ahead.
  const taken = isWhole ? source.size : Math.max(blockBytes, read - blockBytes);
  return { bytes: Buffer.concat(pieces), taken, isWhole };
}

/** The begin of a compressed text, cut at a record, in memory. */
async function inflatedPart(text: OpenedText, textBytes: number): Promise<SamplePart> {
  const { uri, size } = text.source;
  const { bytes, taken, isWhole } = await inflate(text, textBytes);
  const source = memorySource(bytes, uri);
  const start = firstRecord(text);
  const at = Math.max(bytes.length / 2, bytes.length - LAST_BYTES);
  const end = isWhole ? bytes.length : await cutText(text, source, Math.floor(at));
  // Without a record in what was inflated nothing is known of it.
  if (end <= start) return { part: undefined, sourceBytes: 0, textBytes: 0 };
  const part = { source, compression: 'none', start, end } as const;
  const sourceBytes = Math.min(size, (taken * end) / Math.max(1, bytes.length));
  return { part, sourceBytes, textBytes: end };
}

function parquetPart(
  { source, footer }: OpenedObject & { readonly format: 'parquet' },
  { position: { at }, to }: SamplePick,
): SamplePart {
  const all = footer.rowGroups.length;
  const groups =
    source.size < MIN_FOOTER_BYTES ? { start: 0, end: all } : { start: at, end: at + 1 };
  return { part: { source, footer, groups }, sourceBytes: to, textBytes: 0 };
}

/**
 * Makes a part of a table that can be converted of what was picked: of plain texts the records in
 * its bytes; of compressed ones the first `textBytes` of text, which are held; of Parquet the row
 * group.
 */
export async function samplePart(
  object: OpenedObject,
  pick: SamplePick,
  textBytes: number,
): Promise<SamplePart> {
  if (object.format === 'parquet') return parquetPart(object, pick);
  if (object.compression === 'none') return await plainPart(object, pick);
  return await inflatedPart(object, textBytes);
}
