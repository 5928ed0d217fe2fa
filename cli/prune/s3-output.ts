import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import { deleteObjects } from '#aws/delete-objects.ts';
import { readLatest } from '#aws/manifests.ts';
import { listObjects, readText } from '#aws/objects.ts';
import { OUTPUT_FOLDERS } from '#core/contract.ts';
import { ManifestError } from '#core/errors.ts';
import { wholeManifest } from '#core/manifest/earlier.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { generationKey, manifestKey } from '#core/run/output-keys.ts';
import type { PrunableOutput } from './prunable-output.ts';

/** What the folders of chunks have in common: `data/`, `data-g000002/`. */
const DATA = OUTPUT_FOLDERS.data.slice(0, -1);

/** The output below an S3 URI, or that of a manifest. Calls S3 with the caller's credentials. */
export function s3Output(s3: S3Client, uri: string, signal: AbortSignal): PrunableOutput {
  const { bucket, key } = parseS3Uri(uri);
  const folder = key.endsWith(manifestKey('')) ? key.slice(0, -manifestKey('').length) : key;
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const name = `s3://${bucket}/${prefix}`;
  const read = (path: string) => readText(s3, bucket, `${prefix}${path}`, signal);
  const missing = () =>
    new ManifestError(`${name} holds no ${manifestKey('')}; name the place of an output`);
  return {
    name,
    latest: async () => {
      const latest = await readLatest(s3, { bucket, prefix }, signal);
      if (latest !== undefined) return latest.head;
      throw missing();
    },
    whole: async () => {
      const text = await read(manifestKey(''));
      if (text === undefined) throw missing();
      return await wholeManifest(text, (generation) => read(generationKey('', generation)));
    },
    read,
    create: async (path, text) => {
      const target = { bucket, key: `${prefix}${path}`, contentType: 'application/json' };
      await createObject(s3, target, [text], signal);
    },
    async *list() {
      for await (const object of listObjects(s3, bucket, `${prefix}${DATA}`, signal)) {
        yield { key: object.key.slice(prefix.length), size: object.size };
      }
    },
    remove: async (paths) => {
      const keys = paths.map((path) => `${prefix}${path}`);
      await deleteObjects(s3, bucket, keys, signal);
    },
  };
}
