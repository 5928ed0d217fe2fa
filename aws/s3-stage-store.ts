import type { S3Client } from '@aws-sdk/client-s3';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import { createObject } from './create-only.ts';
import { listPins } from './s3-object-store.ts';
import { s3Source } from './s3-source.ts';
import { headObject } from './stored-object.ts';

/**
 * A stage store below a prefix of the output bucket. `open` takes one HEAD request, `list` one LIST
 * per thousand objects.
 */
export function s3StageStore(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  signal?: AbortSignal,
): StageStore {
  return {
    async open(name) {
      const key = `${prefix}${name}`;
      const found = await headObject(client, bucket, key, signal);
      if (found === undefined) return undefined;
      const uri = `s3://${bucket}/${key}`;
      const pin = { uri, etag: found.etag, versionId: null, size: found.bytes };
      return { pin, source: s3Source(client, pin, signal) };
    },
    async list(below) {
      const staged = new Map<string, StagedObject>();
      const folder = `s3://${bucket}/${prefix}`;
      for await (const pin of listPins(client, `${folder}${below}`, signal)) {
        staged.set(pin.uri.slice(folder.length), { pin, source: s3Source(client, pin, signal) });
      }
      return staged;
    },
    async create(name, pieces) {
      const target = { bucket, key: `${prefix}${name}`, contentType: 'application/octet-stream' };
      await createObject(client, target, pieces, signal);
    },
  };
}
