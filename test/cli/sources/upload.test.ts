import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SILENT } from '#cli/frame/progress.ts';
import type { StageProgress } from '#cli/frame/progress-meter.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import type { UploadPlace } from '#cli/sources/upload-place.ts';
import { uploadUnit } from '#cli/sources/upload-source.ts';
import { uploadTable } from '#cli/sources/upload-table.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

/** Bytes of a file that takes three parts. */
const LARGE = 20 * 1024 * 1024;

let services: LocalServices;
let folder: string;
const store = fileObjectStore();

beforeAll(async () => {
  services = await startLocalServices();
  folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-upload-'));
});
afterAll(async () => {
  await store.close();
  await services.close();
  await rm(folder, { recursive: true, force: true });
});

function place(more: Partial<UploadPlace> = {}): UploadPlace {
  const { s3: client, bucket } = services;
  return { client, bucket, folder: 'uploads', progress: SILENT, ...more };
}

async function unitOf(name: string, bytes: Uint8Array) {
  const uri = join(folder, name);
  await writeFile(uri, bytes);
  return { uri, objects: [await store.pin(uri)] };
}

async function head(uri: string) {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return await services.s3.send(new HeadObjectCommand({ Bucket, Key }));
}

describe('an uploaded matrix', () => {
  it('has a key of its content without an ending, and is sent once', async () => {
    const unit = await unitOf('x.npz', new Uint8Array(100).fill(1));
    const uri = await uploadUnit(place(), unit, store);
    expect(uri).toMatch(/\/uploads\/x\.npz\/[0-9a-f]{8}-100$/);
    const first = await head(uri);
    expect(await uploadUnit(place(), unit, store)).toBe(uri);
    expect(await head(uri)).toMatchObject({ LastModified: first.LastModified });
    // A file that is being read must not change.
    const later = fileObjectStore();
    const other = await unitOf('x.npz', new Uint8Array(100).fill(2));
    expect(await uploadUnit(place(), other, later).finally(later.close)).not.toBe(uri);
  });

  it('of many bytes is sent in parts, and shows its bytes as they are read and sent', async () => {
    const shown: StageProgress[] = [];
    const progress = { ...SILENT, show: (stage: StageProgress) => void shown.push(stage) };
    const unit = await unitOf('large.npz', new Uint8Array(LARGE).fill(3));
    const uri = await uploadUnit(place({ progress }), unit, store);
    expect(await head(uri)).toMatchObject({
      ...{ ContentLength: LARGE, ETag: expect.stringMatching(/-3"$/) },
    });
    const last = (title: string) => shown.findLast((stage) => stage.title === title);
    const whole = { unit: 'bytes', done: LARGE, total: LARGE };
    expect(last('reading large.npz')).toMatchObject(whole);
    expect(last('uploading large.npz')).toMatchObject(whole);
    expect(shown.filter(({ title }) => title === 'uploading large.npz')).toHaveLength(3);
  });

  it('that is a bundle has its last object in parts, whose event starts nothing', async () => {
    const meta = await unitOf('meta.json', new TextEncoder().encode('{}'));
    const data = await unitOf('data.npy', new Uint8Array(10));
    const unit = { uri: `${folder}/`, objects: [...data.objects, ...meta.objects] };
    const uri = await uploadUnit(place(), unit, store);
    expect((await head(`${uri}meta.json`)).ETag).toMatch(/-1"$/);
    expect((await head(`${uri}data.npy`)).ETag).not.toContain('-');
  });
});

describe('an upload that a trigger of the deployment would match', () => {
  const trigger = (prefix: string, suffixes: readonly string[]) => ({
    trigger: { bucket: services.bucket, prefix, suffixes },
  });

  it('is refused before the first byte', async () => {
    await unitOf('t.csv', new TextEncoder().encode('a\n1\n'));
    const uri = join(folder, 't.csv');
    const upload = (more: object) => uploadTable(place({ folder: 'tables', ...more }), uri, store);
    await expect(upload(trigger('', ['.npz', '.csv']))).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/tables\/t\.csv\/.*\/t\.csv would start a run of its own/),
    });
    await expect(upload(trigger('tab', ['']))).rejects.toMatchObject({ name: 'UsageError' });
    for (const harmless of [{}, trigger('', ['.npz', '/meta.json']), trigger('in/', [''])]) {
      expect(await upload(harmless)).toMatch(/\/t\.csv$/);
    }
  });
});
