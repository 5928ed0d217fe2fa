import { type Call, ENCRYPTED, type Reply } from './call.ts';
import type { Checksum } from './checksums.ts';
import { decideRead } from './conditions.ts';
import type { ByteRange } from './data-files.ts';
import { invalidArgument, invalidRequest, S3Error } from './errors.ts';
import { findReadable, namedObject } from './find-readable.ts';
import { checksumHeaders } from './object-headers.ts';
import type { ObjectRecord } from './records.ts';
import { versionHeader } from './versions.ts';

/** The part of an object that a request asks for. */
interface Selection {
  readonly range: ByteRange;
  /** Whether the answer is 206 with Content-Range. */
  readonly isPartial: boolean;
  /** The checksum of exactly these bytes, when one is stored. */
  readonly checksum: Checksum | undefined;
}

function selectRange(record: ObjectRecord, header: string | undefined): Selection {
  const whole = { range: { offset: 0, length: record.size }, isPartial: false };
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  const isUsable = first !== undefined && last !== undefined && first + last !== '';
  if (!isUsable || (first !== '' && last !== '' && Number(last) < Number(first))) {
    return { ...whole, checksum: record.checksum };
  }
  const offset = first === '' ? Math.max(0, record.size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? record.size : Math.min(Number(last) + 1, record.size);
  if (offset >= record.size) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header,
      ActualObjectSize: record.size,
    });
  }
  const range = { offset, length: end - offset };
  const checksum = range.length === record.size ? record.checksum : undefined;
  return { range, isPartial: true, checksum };
}

function selectPart(record: ObjectRecord, partNumber: string): Selection {
  const number = Number(partNumber);
  if (!/^\d+$/.test(partNumber) || number < 1 || number > 10_000) {
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      partNumber,
    );
  }
  const part = record.parts[number - 1];
  if (part === undefined) {
    throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      ActualPartCount: record.parts.length,
      PartNumberRequested: number,
    });
  }
  const offset = record.parts.slice(0, number - 1).reduce((total, { size }) => total + size, 0);
  const { algorithm, type } = record.checksum;
  const ofPart = { algorithm, type, value: part.checksum };
  const ofWhole = record.parts.length === 1 ? record.checksum : undefined;
  return {
    range: { offset, length: part.size },
    isPartial: part.size > 0,
    checksum: type === 'COMPOSITE' ? ofPart : ofWhole,
  };
}

function select(call: Call, record: ObjectRecord): Selection {
  const { range } = call.request.headers;
  const { partNumber } = call.request.query;
  if (partNumber === undefined) return selectRange(record, range);
  if (range === undefined) return selectPart(record, partNumber);
  throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
}

function describe(call: Call, record: ObjectRecord): Reply & { readonly range: ByteRange } {
  const validators = {
    etag: `"${record.etag}"`,
    'last-modified': new Date(record.lastModified).toUTCString(),
  };
  const none = { offset: 0, length: 0 };
  if (decideRead(call.request.headers, record) === 'not-modified') {
    return { status: 304, headers: validators, range: none };
  }
  const { range, isPartial, checksum } = select(call, record);
  const last = range.offset + range.length - 1;
  const isPartOfUpload =
    call.request.query['partNumber'] !== undefined && record.uploadId !== undefined;
  const wantsChecksum = call.request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED';
  return {
    status: isPartial ? 206 : 200,
    headers: {
      ...record.headers,
      ...validators,
      ...ENCRYPTED,
      ...versionHeader(call.store.bucket(call.bucket), record),
      'accept-ranges': 'bytes',
      'content-length': range.length,
      'content-range': isPartial ? `bytes ${range.offset}-${last}/${record.size}` : undefined,
      'x-amz-mp-parts-count': isPartOfUpload ? record.parts.length : undefined,
      ...(wantsChecksum && checksum !== undefined ? checksumHeaders(checksum) : {}),
    },
    range,
  };
}

/** GET /bucket/key — the object, one range or one part of it. */
export async function getObject(call: Call): Promise<Reply> {
  const record = findReadable(call, namedObject(call));
  const { range, ...reply } = describe(call, record);
  if (reply.status === 304) return reply;
  call.onEnd(call.store.files.pin(record.parts));
  return { ...reply, body: call.store.files.read(record.parts, range) };
}

/** HEAD /bucket/key — the same headers, no body. */
export async function headObject(call: Call): Promise<Reply> {
  const record = findReadable(call, namedObject(call));
  const { range, ...reply } = describe(call, record);
  return reply;
}
