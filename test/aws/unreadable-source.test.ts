import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { listPins } from '#aws/s3-object-store.ts';
import { pinSource } from '#aws/s3-source.ts';
import { AccessDeniedError, UnsupportedSourceError } from '#core/errors.ts';
import { type ScriptedS3, startScriptedS3, type Turn } from '#support/scripted-s3.ts';

let server: ScriptedS3;

afterEach(() => server.close());

const uri = "s3://bucket/it's.npz";

/** Answers with a status, headers, and a body unless it is a HEAD. */
function answer(status: number, headers: Record<string, string>, body = ''): Turn {
  return ({ method }, response: ServerResponse) =>
    response.writeHead(status, headers).end(method === 'HEAD' ? undefined : body);
}

async function pinFrom(turns: readonly Turn[]) {
  server = await startScriptedS3(turns);
  return await pinSource(server.s3, { uri });
}

function errorBody(code: string, message: string): string {
  return `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

describe('a source that is archived', () => {
  it.each<Record<string, string>>([
    { 'x-amz-storage-class': 'GLACIER' },
    { 'x-amz-storage-class': 'DEEP_ARCHIVE', 'x-amz-restore': 'ongoing-request="true"' },
    { 'x-amz-storage-class': 'INTELLIGENT_TIERING', 'x-amz-archive-status': 'ARCHIVE_ACCESS' },
  ])('is refused with the command that restores it: %j', async (headers) => {
    const pinning = pinFrom([answer(200, headers)]);
    await expect(pinning).rejects.toThrow(UnsupportedSourceError);
    await expect(pinning).rejects.toThrow(
      `aws s3api restore-object --bucket bucket --key 'it'\\''s.npz' --restore-request '{"Days":7}'`,
    );
  });

  it('is read once it is restored', async () => {
    const restored = 'ongoing-request="false", expiry-date="Fri, 21 Dec 2026 00:00:00 GMT"';
    const headers = { 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': restored, etag: '"e"' };
    expect(await pinFrom([answer(200, headers)])).toMatchObject({ uri, etag: 'e' });
  });

  it('is found in a folder, too', async () => {
    const contents =
      '<Contents><Key>a</Key><Size>1</Size><StorageClass>GLACIER</StorageClass></Contents>';
    const list = answer(200, {}, `<ListBucketResult>${contents}</ListBucketResult>`);
    server = await startScriptedS3([list, answer(200, { 'x-amz-storage-class': 'GLACIER' })]);
    const listing = Array.fromAsync(listPins(server.s3, 's3://bucket/folder/'));
    await expect(listing).rejects.toThrow('s3://bucket/a is archived (GLACIER)');
  });
});

describe('a source in another Region', () => {
  const elsewhere = answer(301, { 'x-amz-bucket-region': 'eu-west-1' });

  it('is refused with both Regions', async () => {
    const pinning = pinFrom([elsewhere]);
    await expect(pinning).rejects.toThrow(UnsupportedSourceError);
    await expect(pinning).rejects.toThrow(
      'lies in Region eu-west-1, this deployment in us-east-1; deploy the stack in eu-west-1',
    );
  });

  it('is refused where a folder is listed', async () => {
    server = await startScriptedS3([elsewhere]);
    const listing = Array.fromAsync(listPins(server.s3, 's3://bucket/folder/'));
    await expect(listing).rejects.toThrow('lies in Region eu-west-1');
  });
});

it('a source with a key that S3 does not keep is refused by name', async () => {
  const message = 'The object was stored using a form of Server Side Encryption.';
  const pinning = pinFrom([answer(400, {}, errorBody('InvalidRequest', message))]);
  await expect(pinning).rejects.toThrow(UnsupportedSourceError);
  await expect(pinning).rejects.toThrow('(SSE-C); copy it with encryption by S3 or KMS');
});

it('a source that is denied says that requester pays is not read', async () => {
  const pinning = pinFrom([answer(403, {}, errorBody('AccessDenied', 'Access Denied'))]);
  await expect(pinning).rejects.toThrow(AccessDeniedError);
  await expect(pinning).rejects.toThrow('whose requester pays, which are not read');
});
