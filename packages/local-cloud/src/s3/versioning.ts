import { bucketArn, type Call, type Reply, xmlReply } from './call.ts';
import { malformedXml, notImplemented, S3Error } from './errors.ts';
import { readTextBody } from './payload.ts';
import type { Versioning } from './records.ts';
import { parseXml, renderXml } from './xml.ts';

function parseVersioning(body: string): Versioning {
  const configuration = parseXml(body, 'VersioningConfiguration');
  const status = configuration.text('Status');
  if (configuration.text('MfaDelete') === 'Enabled') throw notImplemented('MFA delete');
  if (status === undefined) {
    throw new S3Error(
      'IllegalVersioningConfigurationException',
      'The Versioning element must be specified',
    );
  }
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  return status;
}

/** PUT /bucket?versioning — begins to keep versions, or suspends that. */
export async function putBucketVersioning(call: Call): Promise<Reply> {
  call.authorize('s3:PutBucketVersioning', bucketArn(call.bucket));
  call.store.bucket(call.bucket);
  const versioning = parseVersioning(await readTextBody(call.payload()));
  await call.store.setVersioning(call.bucket, versioning);
  return { status: 200 };
}

/** GET /bucket?versioning — empty for a bucket that never kept versions. */
export async function getBucketVersioning(call: Call): Promise<Reply> {
  call.authorize('s3:GetBucketVersioning', bucketArn(call.bucket));
  const { versioning } = call.store.bucket(call.bucket);
  return xmlReply(renderXml('VersioningConfiguration', { Status: versioning }));
}
