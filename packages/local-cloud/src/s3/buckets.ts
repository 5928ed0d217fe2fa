import { bucketArn, type Call, type Reply, xmlReply } from './call.ts';
import { S3Error } from './errors.ts';
import { readTextBody } from './payload.ts';
import { parseXml, renderXml } from './xml.ts';

/** The one account of this server, as the canonical user that owns everything. */
export const OWNER_ID = '75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a';

const BUCKET_NAME = /^(?!xn--|.*\.\.|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws {S3Error} `InvalidBucketName`. */
export function assertBucketName(name: string): void {
  if (BUCKET_NAME.test(name)) return;
  throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', {
    BucketName: name,
  });
}

/** GET / — all buckets. */
export async function listBuckets(call: Call): Promise<Reply> {
  call.authorize('s3:ListAllMyBuckets', '*');
  const buckets = call.store.buckets().map(({ name, created }) => ({
    Name: name,
    CreationDate: new Date(created).toISOString(),
  }));
  return xmlReply(
    renderXml('ListAllMyBucketsResult', { Owner: { ID: OWNER_ID }, Buckets: { Bucket: buckets } }),
  );
}

function assertLocation(body: string, region: string): void {
  if (body === '') return;
  const location = parseXml(body, 'CreateBucketConfiguration').text('LocationConstraint');
  if (location === undefined || location === region) return;
  throw new S3Error(
    'IllegalLocationConstraintException',
    `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

/** PUT /bucket. */
export async function createBucket(call: Call): Promise<Reply> {
  call.authorize('s3:CreateBucket', bucketArn(call.bucket));
  assertBucketName(call.bucket);
  const hasBody = Number(call.request.headers['content-length'] ?? 0) > 0;
  assertLocation(hasBody ? await readTextBody(call.payload()) : '', call.region);
  await call.store.createBucket(call.bucket);
  return { status: 200, headers: { location: `/${call.bucket}` } };
}

/** HEAD /bucket. */
export async function headBucket(call: Call): Promise<Reply> {
  call.authorize('s3:ListBucket', bucketArn(call.bucket));
  call.store.bucket(call.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': call.region } };
}

/** GET /bucket?location. Buckets of us-east-1 have an empty one, as on AWS. */
export async function getBucketLocation(call: Call): Promise<Reply> {
  call.authorize('s3:GetBucketLocation', bucketArn(call.bucket));
  call.store.bucket(call.bucket);
  return xmlReply(renderXml('LocationConstraint', call.region === 'us-east-1' ? '' : call.region));
}
