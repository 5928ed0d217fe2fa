import { type Call, objectArn, type Reply, xmlReply } from './call.ts';
import { parseDeleteCondition } from './conditions.ts';
import { invalidRequest, malformedXml, notImplemented, S3Error } from './errors.ts';
import { assertNoVersion } from './get-object.ts';
import { readTextBody } from './payload.ts';
import { parseXml, renderXml, type XmlElement, type XmlValue } from './xml.ts';

const MAX_KEYS = 1000;
const ENTRY_ELEMENTS: readonly string[] = ['Key', 'VersionId', 'ETag'];

async function deleteKey(call: Call, key: string, ifMatch: string | undefined): Promise<void> {
  call.authorize('s3:DeleteObject', objectArn(call.bucket, key));
  const isByEtag = ifMatch !== undefined && ifMatch !== '*';
  if (isByEtag) call.authorize('s3:GetObject', objectArn(call.bucket, key));
  await call.store.delete(call.bucket, key, parseDeleteCondition(ifMatch));
}

/** DELETE /bucket/key; one that is not there is deleted as well. */
export async function deleteObject(call: Call): Promise<Reply> {
  assertNoVersion(call.request.query['versionId']);
  await deleteKey(call, call.key, call.request.headers['if-match']);
  return { status: 204 };
}

function assertVersion(versionId: string | undefined): void {
  if (versionId === undefined || versionId === 'null') return;
  throw new S3Error('NoSuchVersion', 'The specified version does not exist.');
}

/** What became of one key, under the name of its element in the answer. */
interface Outcome {
  readonly element: 'Deleted' | 'Error';
  readonly value: XmlValue;
}

async function deleteEntry(call: Call, entry: XmlElement): Promise<Outcome> {
  const key = entry.text('Key');
  const versionId = entry.text('VersionId');
  if (key === undefined) throw malformedXml();
  const unknown = entry.names.find((name) => !ENTRY_ELEMENTS.includes(name));
  if (unknown !== undefined) throw notImplemented(`DeleteObjects with ${unknown}`);
  const named = { Key: key, VersionId: versionId };
  try {
    assertVersion(versionId);
    await deleteKey(call, key, entry.text('ETag'));
    return { element: 'Deleted', value: named };
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
