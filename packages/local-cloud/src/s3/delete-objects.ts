import { type Call, objectArn, type Reply, xmlReply } from './call.ts';
import { parseDeleteCondition } from './conditions.ts';
import { invalidRequest, malformedXml, noSuchVersion, notImplemented, S3Error } from './errors.ts';
import { assertVersionId } from './find-readable.ts';
import { readTextBody } from './payload.ts';
import type { Version } from './records.ts';
import {
  findVersion,
  isDeleteMarker,
  markerHeaders,
  NULL_VERSION,
  versionHeader,
  versionIdOf,
} from './versions.ts';
import { parseXml, renderXml, type XmlElement, type XmlValue } from './xml.ts';

const MAX_KEYS = 1000;
const ENTRY_ELEMENTS: readonly string[] = ['Key', 'VersionId', 'ETag'];

/** What a request asks to delete. */
interface Wanted {
  readonly key: string;
  /** Undefined for the key itself. */
  readonly versionId: string | undefined;
  readonly ifMatch: string | undefined;
}

/**
 * Deletes a key, or one version of it for good.
 *
 * @returns the delete marker that was made, or the version that is gone; undefined without either.
 */
async function deleteWanted(call: Call, wanted: Wanted): Promise<Version | undefined> {
  const { key, versionId, ifMatch } = wanted;
  const arn = objectArn(call.bucket, key);
  call.authorize(versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', arn);
  if (ifMatch !== undefined && ifMatch !== '*') call.authorize('s3:GetObject', arn);
  assertVersionId(call, { bucket: call.bucket, key, versionId });
  if (versionId === undefined) {
    return await call.store.delete(call.bucket, key, parseDeleteCondition(ifMatch));
  }
  if (ifMatch !== undefined) throw notImplemented('a condition on deleting a version');
  return await call.store.deleteVersion(call.bucket, { key, versionId });
}

/** DELETE /bucket/key; a key or version that is not there is deleted as well. */
export async function deleteObject(call: Call): Promise<Reply> {
  const { query, headers } = call.request;
  const version = await deleteWanted(call, {
    key: call.key,
    versionId: query['versionId'],
    ifMatch: headers['if-match'],
  });
  if (version === undefined) return { status: 204 };
  const said = isDeleteMarker(version)
    ? markerHeaders(version)
    : versionHeader(call.store.bucket(call.bucket), version);
  return { status: 204, headers: said };
}

/** What became of one key, under the name of its element in the answer. */
interface Outcome {
  readonly element: 'Deleted' | 'Error';
  readonly value: XmlValue;
}

/** Unlike a DELETE of one version, this one says that a version is not there. */
function assertThere(call: Call, { key, versionId }: Wanted): void {
  if (versionId === undefined || versionId === NULL_VERSION) return;
  if (findVersion(call.store.bucket(call.bucket), key, versionId) !== undefined) return;
  throw noSuchVersion(key, versionId);
}

function markerElements(version: Version | undefined): Readonly<Record<string, XmlValue>> {
  if (version === undefined || !isDeleteMarker(version)) return {};
  return { DeleteMarker: true, DeleteMarkerVersionId: versionIdOf(version) };
}

async function deleteEntry(call: Call, entry: XmlElement): Promise<Outcome> {
  const key = entry.text('Key');
  const versionId = entry.text('VersionId');
  if (key === undefined) throw malformedXml();
  const unknown = entry.names.find((name) => !ENTRY_ELEMENTS.includes(name));
  if (unknown !== undefined) throw notImplemented(`DeleteObjects with ${unknown}`);
  const wanted = { key, versionId, ifMatch: entry.text('ETag') };
  const named = { Key: key, VersionId: versionId };
  try {
    assertThere(call, wanted);
    const version = await deleteWanted(call, wanted);
    return { element: 'Deleted', value: { ...named, ...markerElements(version) } };
  } catch (error) {
    if (error instanceof S3Error) {
      return { element: 'Error', value: { ...named, Code: error.code, Message: error.message } };
    }
    if (error instanceof Error && error.name === 'AccessDenied') {
      return { element: 'Error', value: { ...named, Code: error.name, Message: error.message } };
    }
    throw error;
  }
}

/** POST /bucket?delete — up to 1,000 keys, each with its own outcome. */
export async function deleteObjects(call: Call): Promise<Reply> {
  call.store.bucket(call.bucket);
  const payload = call.payload();
  if (payload.declared === undefined && call.request.headers['content-md5'] === undefined) {
    throw invalidRequest(
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  }
  const body = parseXml(await readTextBody(payload), 'Delete');
  const entries = body.children('Object');
  if (entries.length === 0 || entries.length > MAX_KEYS) throw malformedXml();
  const outcomes: Outcome[] = [];
  for (const entry of entries) outcomes.push(await deleteEntry(call, entry));
  const listed = (element: Outcome['element']) =>
    outcomes.filter((outcome) => outcome.element === element).map(({ value }) => value);
  const isQuiet = body.text('Quiet') === 'true';
  return xmlReply(
    renderXml('DeleteResult', {
      Deleted: isQuiet ? [] : listed('Deleted'),
      Error: listed('Error'),
    }),
  );
}
