import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openFunctionLog } from '#local/lambda/function-log.ts';
import { isStorageFailure, storageFailure } from '#local/storage-failure.ts';

/** Each write to it fails as on a disk that is full. */
const FULL = '/dev/full';
const onLinux = it.runIf(process.platform === 'linux');

async function errorOfFullDisk(): Promise<unknown> {
  const file = await open(FULL, 'w');
  return await file
    .write('x')
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .finally(() => file.close());
}

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('an error of a disk', () => {
  onLinux('says where, how much and what to do when the disk is full', async () => {
    const error = await errorOfFullDisk();
    const failure = storageFailure(error, tmpdir());
    expect(failure?.name).toBe('StorageFailed');
    expect(failure?.cause).toBe(error);
    expect(failure?.message).toMatch(
      /^\/\S+ takes no more bytes: the disk is full \(ENOSPC\); \d+\.\d of \d+\.\d MB are free there; make room there, or keep it on another disk$/,
    );
  });

  it.each([
    ['EDQUOT', /quota is used up \(EDQUOT\)/],
    ['EFBIG', /may write \(EFBIG\)/],
    ['EROFS', /: it is mounted read-only \(EROFS\); make room/],
  ])('says so for %s', (code, sentence) => {
    expect(storageFailure(coded(code), tmpdir())?.message).toMatch(sentence);
  });

  it('is known by its text when it comes from LevelDB', () => {
    const error = coded('LEVEL_IO_ERROR', 'IO error: db/000003.log: No space left on device');
    expect(storageFailure(error, '/no/such/place')?.message).toBe(
      '/no/such/place takes no more bytes: the disk is full (ENOSPC); make room there, or keep it on another disk',
    );
    expect(isStorageFailure(coded('LEVEL_IO_ERROR', 'IO error: bad block'))).toBe(false);
  });

  it.each([[coded('ENOENT')], [new Error('No space left on device')], ['ENOSPC'], [undefined]])(
    'is not any other error: %s',
    (error) => {
      expect(isStorageFailure(error)).toBe(false);
      expect(storageFailure(error, tmpdir())).toBeUndefined();
    },
  );
});

onLinux('a log on a full disk is given up, and what is written later is dropped', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const log = openFunctionLog(FULL, resolve);
  const output = new PassThrough();
  log.follow(output);
  output.write('first\n');
  expect(isStorageFailure(await promise)).toBe(true);
  output.end('second\n');
  await log.close();
});

const WRITER = fileURLToPath(new URL('write-until-full.ts', import.meta.url));

onLinux('S3 and DynamoDB refuse at once when a file would be too large', async () => {
  // In blocks of 1024 bytes. Node.js ignores the signal, so each write fails with EFBIG.
  const limited = 'ulimit -f 1024; exec "$0" "$1"';
  const child = spawn('bash', ['-c', limited, process.execPath, WRITER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const refused = { name: 'StorageFailed', status: 400, attempts: 1 };
  expect(JSON.parse(said)).toEqual({ s3: refused, dynamodb: refused, reported: 2 });
});
