import type { Checksum } from './checksums.ts';
import { checksumHeader } from './checksums.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';

const STORED_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const METADATA_PREFIX = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;

/** What S3 stores when a client names no type. */
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';

function withoutFraming(contentEncoding: string | undefined): string | undefined {
  const kept = contentEncoding
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== 'aws-chunked' && each !== '');
  return kept === undefined || kept.length === 0 ? undefined : kept.join(',');
}

/**
 * The headers of a request that are stored with the object and returned with it, metadata among
 * them.
 *
 * @throws {S3Error} `MetadataTooLarge`: names and values of the metadata exceed 2 KB.
 */
export function storedHeaders(headers: S3Request['headers']): Record<string, string> {
  const stored: Record<string, string> = { 'content-type': DEFAULT_CONTENT_TYPE };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const isMetadata = name.startsWith(METADATA_PREFIX);
    if (value === undefined || (!isMetadata && !STORED_HEADERS.includes(name))) continue;
    const kept = name === 'content-encoding' ? withoutFraming(value) : value;
    if (kept !== undefined) stored[name] = kept;
    if (isMetadata) metadataBytes += name.length - METADATA_PREFIX.length + value.length;
  }
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw new S3Error(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      { Size: metadataBytes, MaxSizeAllowed: MAX_METADATA_BYTES },
    );
  }
  return stored;
}

/** The headers that give a checksum and what it covers. */
export function checksumHeaders({ algorithm, type, value }: Checksum): Record<string, string> {
  return { [checksumHeader(algorithm)]: value, 'x-amz-checksum-type': type };
}
