import {
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { pinnedCrc32, pinSource, s3Source } from '#aws/s3-source.ts';
import { SourceChangedError, SourceNotFoundError } from '#core/errors.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
  await put('early/1', 'early');
  await put('early/2', 'early');
  await keep('Enabled');
});
afterAll(() => services.close());

async function keep(Status: 'Enabled' | 'Suspended'): Promise<void> {
  const { s3, bucket: Bucket } = services;
  const VersioningConfiguration = { Status };
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

interface Stored {
  readonly uri: string;
  readonly versionId: string | undefined;
}

async function put(Key: string, Body: string): Promise<Stored> {
  const { s3, bucket: Bucket } = services;
  const stored = { Bucket, Key, Body, ChecksumAlgorithm: 'CRC32' } as const;
  const { VersionId: versionId } = await s3.send(new PutObjectCommand(stored));
  return { uri: `s3://${Bucket}/${Key}`, versionId };
}

async function remove(Key: string, VersionId?: string): Promise<string | undefined> {
  const { s3, bucket: Bucket } = services;
  return (await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))).VersionId;
}

describe('a pin of an object in a bucket that keeps versions', () => {
  it('is the same whether the version was named or found', async () => {
    const { uri, versionId } = await put('one', 'text');
    const found = await pinSource(services.s3, { uri });
    expect(found).toMatchObject({ versionId, size: 4 });
    expect(await pinSource(services.s3, { uri, versionId })).toEqual(found);
  });

  it('is read after the object was overwritten and deleted, but not without its version', async () => {
    const { uri, versionId } = await put('kept', 'first');
    const pin = await pinSource(services.s3, { uri });
    await put('kept', 'other');
    const read = async () =>
      Buffer.from(await s3Source(services.s3, pin).read({ offset: 1, length: 3 })).toString();
    expect(await read()).toBe('irs');
    const unnamed = s3Source(services.s3, { ...pin, versionId: null });
    await expect(unnamed.read({ offset: 0, length: 1 })).rejects.toThrow(SourceChangedError);
    await remove('kept');
    expect(await read()).toBe('irs');
    expect(await pinnedCrc32(services.s3, pin)).toBeTypeOf('number');
    await remove('kept', versionId);
    await expect(read()).rejects.toThrow(SourceNotFoundError);
  });

  it('has no version where the next object replaces it', async () => {
    const uri = `s3://${services.bucket}/early/1`;
    expect(await pinSource(services.s3, { uri })).toMatchObject({ versionId: null });
    await keep('Suspended');
    const suspended = await put('suspended', 'text');
    expect(await pinSource(services.s3, suspended)).toMatchObject({ versionId: null });
    await keep('Enabled');
  });

  it('fails by name on a delete marker, and says what to do', async () => {
    const { uri, versionId } = await put('deleted', 'text');
    const marker = await remove('deleted');
    const newest = pinSource(services.s3, { uri });
    await expect(newest).rejects.toThrow(SourceNotFoundError);
    await expect(newest).rejects.toThrow(
      `${uri} was deleted: its newest version is a delete marker; remove the marker, or name a version in source.versionId`,
    );
    await expect(pinSource(services.s3, { uri, versionId: marker })).rejects.toThrow(
      `version ${marker} of ${uri} is a delete marker, which has no bytes; name another version in source.versionId`,
    );
    expect(await pinSource(services.s3, { uri, versionId })).toMatchObject({ versionId });
    await remove('deleted', marker);
    expect(await pinSource(services.s3, { uri })).toMatchObject({ versionId });
  });
});

describe('pins of a folder', () => {
  async function pinsOf(folder: string) {
    const store = s3ObjectStore(services.s3);
    const listed = await Array.fromAsync(store.list(`s3://${services.bucket}/${folder}/`));
    return (await store.pinVersions?.(listed)) ?? [];
  }

  it('have the versions of now, those before versioning none', async () => {
    await put('parts/1', 'old');
    const stored = [await put('parts/1', 'text'), await put('parts/2', 'texts')];
    const pins = await pinsOf('parts');
    expect(pins).toEqual(await Promise.all(stored.map((each) => pinSource(services.s3, each))));
    expect(pins.map(({ versionId }) => versionId)).toEqual(stored.map((each) => each.versionId));
    const { versionId } = await put('early/2', 'late');
    expect((await pinsOf('early')).map((pin) => pin.versionId)).toEqual([null, versionId]);
    expect(await pinsOf('none')).toEqual([]);
  });

  it('cost one HEAD in a bucket that never kept any', async () => {
    const plain = await startLocalServices();
    const { s3, bucket: Bucket } = plain;
    for (const Key of ['p/1', 'p/2']) await s3.send(new PutObjectCommand({ Bucket, Key }));
    const store = s3ObjectStore(s3);
    const listed = await Array.fromAsync(store.list(`s3://${Bucket}/p/`));
    let sent = 0;
    const count = { step: 'initialize', name: 'count' } as const;
    s3.middlewareStack.add(
      (next) => (args) => {
        sent += 1;
        return next(args);
      },
      count,
    );
    expect(await store.pinVersions?.(listed)).toEqual(listed);
    expect(sent).toBe(1);
    await plain.close();
  });
});
