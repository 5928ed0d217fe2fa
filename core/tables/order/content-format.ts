import type { Compression } from './name-format.ts';

/** How formats begin that are not read, as Latin-1; `true` where texts may begin so, too. */
const SIGNATURES: readonly (readonly [start: string, what: string, isText: boolean])[] = [
  ['ORC', 'ORC', true],
  ['Obj\x01', 'Avro', false],
  ['ARROW1\0', 'Arrow', false],
  ['PK\x03\x04', 'a zip archive', false],
  ['\xfd7zXZ\0', 'xz', false],
  ['\x04"M\x18', 'LZ4', false],
  ['\xff\xfe', 'UTF-16', false],
  ['\xfe\xff', 'UTF-16', false],
];

const BZIP2 = /^BZh[1-9]1AY&SY/;

/** Frames that hold data, and frames to skip, which `pzstd` writes first. */
const ZSTD = '\x28\xb5\x2f\xfd';
const ZSTD_SKIPPED = '\x2a\x4d\x18';

const START_BYTES = 64;

/** First bytes as Latin-1. */
function startOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, START_BYTES));
}

/** Whether there are bytes that no text has. */
function isBinary(start: string): boolean {
  return Array.from(start).some((character) => character < '\t');
}

/** The compression of an object, known from its first bytes; undefined if it has none. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  const start = startOf(head);
  if (start.startsWith('\x1f\x8b')) return 'gzip';
  const isSkipped = start.startsWith(ZSTD_SKIPPED, 1) && start >= '\x50' && start < '\x60';
  return start.startsWith(ZSTD) || isSkipped ? 'zstd' : undefined;
}

/** Whether an object begins as Parquet: a page or the footer follows the magic, no letter. */
export function isParquet(head: Uint8Array): boolean {
  const start = startOf(head);
  if (start.startsWith('PARE')) return isBinary(start);
  return start.startsWith('PAR1') && start.charAt(4) < ' ';
}

/** The format that is not read of which an object is by its first bytes. */
export function refusedContent(head: Uint8Array): string | undefined {
  const start = startOf(head);
  if (BZIP2.test(start)) return 'bzip2';
  const found = SIGNATURES.find(
    ([signature, , isText]) => start.startsWith(signature) && (!isText || isBinary(start)),
  );
  return found?.[1];
}
