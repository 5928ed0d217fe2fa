import { createBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import type { Call, Reply } from './call.ts';
import { completeMultipartUpload } from './complete-upload.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject, deleteObjects } from './delete-objects.ts';
import { getObject, headObject } from './get-object.ts';
import { listObjectsV2 } from './list-objects.ts';
import { listMultipartUploads, listParts } from './list-uploads.ts';
import { listObjectVersions } from './list-versions.ts';
import { getObjectAttributes } from './object-attributes.ts';
import { putObject } from './put-object.ts';
import {
  abortMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './uploads.ts';
import { getBucketVersioning, putBucketVersioning } from './versioning.ts';

/** One operation of S3: how a request for it looks, and what it may carry. */
export interface Operation {
  readonly method: string;
  readonly scope: 'service' | 'bucket' | 'object';
  /** Query parameters and headers that set it apart from others of its method and scope. */
  readonly marks: readonly string[];
  /** Further query parameters that it understands. */
  readonly query: readonly string[];
  /** Further conditional and `x-amz-` headers that it understands. */
  readonly headers: readonly string[];
  readonly handle: (call: Call) => Promise<Reply>;
}

const READ_CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
const SOURCE_CONDITIONS = READ_CONDITIONS.map((name) => `x-amz-copy-source-${name}`);
const WRITE_CONDITIONS = ['if-match', 'if-none-match'];
const CHECKSUM_VALUES = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'].map(
  (name) => `x-amz-checksum-${name}`,
);
const BODY = [
  ...CHECKSUM_VALUES,
  'x-amz-sdk-checksum-algorithm',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
];
const NEW_OBJECT = ['x-amz-acl', 'x-amz-storage-class', 'x-amz-server-side-encryption'];
const NEW_UPLOAD = ['x-amz-checksum-algorithm', 'x-amz-checksum-type'];
const READ = [...READ_CONDITIONS, 'range', 'x-amz-checksum-mode'];
const COPY = [...WRITE_CONDITIONS, ...SOURCE_CONDITIONS, 'x-amz-metadata-directive'];
const ATTRIBUTES = ['x-amz-object-attributes', 'x-amz-max-parts', 'x-amz-part-number-marker'];
const COMPLETE = [...WRITE_CONDITIONS, 'x-amz-checksum-type', 'x-amz-mp-object-size'];
const LIST = ['prefix', 'delimiter', 'encoding-type'];
const LIST_OBJECTS = [...LIST, 'max-keys', 'start-after', 'continuation-token', 'fetch-owner'];
const LIST_UPLOADS = [...LIST, 'key-marker', 'upload-id-marker', 'max-uploads'];
const LIST_VERSIONS = [...LIST, 'key-marker', 'version-id-marker', 'max-keys'];
const LIST_PARTS = ['max-parts', 'part-number-marker', 'encoding-type'];
const PART_OF_UPLOAD = ['partNumber', 'uploadId'];

/** All operations of this server. Where two fit a request, the one with more marks is chosen. */
// biome-ignore format: a table
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ListBuckets: { method: 'GET', scope: 'service', marks: [], query: [], headers: [], handle: listBuckets },

  CreateBucket: { method: 'PUT', scope: 'bucket', marks: [], query: [], headers: BODY, handle: createBucket },
  HeadBucket: { method: 'HEAD', scope: 'bucket', marks: [], query: [], headers: [], handle: headBucket },
  GetBucketLocation: { method: 'GET', scope: 'bucket', marks: ['location'], query: [], headers: [], handle: getBucketLocation },
  ListObjectsV2: { method: 'GET', scope: 'bucket', marks: ['list-type'], query: LIST_OBJECTS, headers: [], handle: listObjectsV2 },
  GetBucketVersioning: { method: 'GET', scope: 'bucket', marks: ['versioning'], query: [], headers: [], handle: getBucketVersioning },
  PutBucketVersioning: { method: 'PUT', scope: 'bucket', marks: ['versioning'], query: [], headers: BODY, handle: putBucketVersioning },
  ListObjectVersions: { method: 'GET', scope: 'bucket', marks: ['versions'], query: LIST_VERSIONS, headers: [], handle: listObjectVersions },
  ListMultipartUploads: { method: 'GET', scope: 'bucket', marks: ['uploads'], query: LIST_UPLOADS, headers: [], handle: listMultipartUploads },
  DeleteObjects: { method: 'POST', scope: 'bucket', marks: ['delete'], query: [], headers: BODY, handle: deleteObjects },

  GetObject: { method: 'GET', scope: 'object', marks: [], query: ['versionId', 'partNumber'], headers: READ, handle: getObject },
  HeadObject: { method: 'HEAD', scope: 'object', marks: [], query: ['versionId', 'partNumber'], headers: READ, handle: headObject },
  GetObjectAttributes: { method: 'GET', scope: 'object', marks: ['attributes'], query: ['versionId'], headers: ATTRIBUTES, handle: getObjectAttributes },
  PutObject: { method: 'PUT', scope: 'object', marks: [], query: [], headers: [...BODY, ...NEW_OBJECT, ...WRITE_CONDITIONS], handle: putObject },
  CopyObject: { method: 'PUT', scope: 'object', marks: ['x-amz-copy-source'], query: [], headers: [...COPY, ...NEW_OBJECT, 'x-amz-checksum-algorithm'], handle: copyObject },
  DeleteObject: { method: 'DELETE', scope: 'object', marks: [], query: ['versionId'], headers: ['if-match'], handle: deleteObject },

  CreateMultipartUpload: { method: 'POST', scope: 'object', marks: ['uploads'], query: [], headers: [...NEW_OBJECT, ...NEW_UPLOAD], handle: createMultipartUpload },
  UploadPart: { method: 'PUT', scope: 'object', marks: PART_OF_UPLOAD, query: [], headers: BODY, handle: uploadPart },
  UploadPartCopy: { method: 'PUT', scope: 'object', marks: [...PART_OF_UPLOAD, 'x-amz-copy-source'], query: [], headers: [...SOURCE_CONDITIONS, 'x-amz-copy-source-range'], handle: uploadPartCopy },
  ListParts: { method: 'GET', scope: 'object', marks: ['uploadId'], query: LIST_PARTS, headers: [], handle: listParts },
  CompleteMultipartUpload: { method: 'POST', scope: 'object', marks: ['uploadId'], query: [], headers: [...BODY, ...COMPLETE], handle: completeMultipartUpload },
  AbortMultipartUpload: { method: 'DELETE', scope: 'object', marks: ['uploadId'], query: [], headers: [], handle: abortMultipartUpload },
};
