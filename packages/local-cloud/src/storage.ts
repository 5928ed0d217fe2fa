import { join } from 'node:path';
import { ACCOUNT, tableArn } from './deploy/account.ts';
import { startDynamoDb } from './dynamodb/server.ts';
import { objectCreatedEvent } from './events/events.ts';
import { disturbDynamoDb, disturbS3 } from './faults/faulty-http.ts';
import { type S3Server, startS3Server } from './s3/server.ts';
import type { Site } from './site.ts';
import type { Endpoints } from './state-directory.ts';

/** Names an object. */
interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** What an object is whose bytes have a second name now. */
interface LinkedObject {
  /** Bytes. */
  readonly size: number;
  /** CRC-32 of all bytes, eight hexadecimal digits, where it was stored with one. */
  readonly crc32: string | undefined;
}

/**
 * Gives the bytes of an object a second name, at a path, without copying them. The path must be on
 * the disk of the state directory.
 *
 * @returns undefined where that cannot be, so that they have to be copied.
 */
export type LinkObject = (place: ObjectPlace, path: string) => Promise<LinkedObject | undefined>;

/** The services that keep data. */
export interface Storage {
  readonly endpoints: Pick<Endpoints, 's3' | 'dynamodb'>;
  readonly linkObject: LinkObject;
}

async function linkObject(
  { store }: S3Server,
  { bucket, key }: ObjectPlace,
  path: string,
): Promise<LinkedObject | undefined> {
  const object = store.find(bucket, key);
  if (object === undefined || !(await store.files.link(object.parts, path))) return undefined;
  const { algorithm, type, value } = object.checksum;
  const isWhole = algorithm === 'CRC32' && type === 'FULL_OBJECT';
  const crc32 = isWhole ? Buffer.from(value, 'base64').toString('hex') : undefined;
  return { size: object.size, crc32 };
}

/** Starts S3 and DynamoDB and makes the buckets and tables that are not there yet. */
export async function startStorage(site: Site): Promise<Storage> {
  const { deployment, tls, stateDirectory, ports, cleanup, publisher, faults, failed } = site;
  const { authority, buckets, tables } = deployment;
  const { identify, authorize } = authority;
  const shared = { tls, region: ACCOUNT.region, identify, authorize, failed };
  const sending = new Set(buckets.filter((bucket) => bucket.sendsEvents).map(({ name }) => name));

  const s3 = await startS3Server({
    ...shared,
    directory: join(stateDirectory, 's3'),
    port: ports.s3,
    disturb: faults && disturbS3(faults),
    objectCreated: (object) => {
      if (!sending.has(object.bucket)) return;
      site.observe({ kind: 'object-created', object });
      publisher.publish(objectCreatedEvent(object, ACCOUNT));
    },
  });
  cleanup.defer(() => s3.close());
  for (const { name, versioning } of buckets) {
    await s3.createBucket(name);
    if (versioning !== undefined) await s3.store.setVersioning(name, versioning);
  }

  const directory = join(stateDirectory, 'dynamodb');
  const dynamodb = await startDynamoDb({
    ...shared,
    directory,
    port: ports.dynamodb,
    arnOf: tableArn,
    disturb: faults && disturbDynamoDb(faults),
  });
  cleanup.defer(() => dynamodb.close());
  for (const table of tables) await dynamodb.createTable(table);

  // Clients address a bucket in the path when the host is an IP address, as they must here.
  const endpoints = { s3: `https://127.0.0.1:${s3.port}`, dynamodb: dynamodb.endpoint };
  return { endpoints, linkObject: (place, path) => linkObject(s3, place, path) };
}
