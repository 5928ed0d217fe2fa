import * as z from 'zod/mini';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { count } from '#core/schemas/count.ts';

const FORMAT = 'sparse-csr-bundle';
const VERSION = 1;

/**
 * Most bytes of `meta.json`. Early bundles have the column names in it; those of ten million
 * columns are refused.
 */
const MAX_META_BYTES = 16 * 1024 * 1024;

const metaSchema = z.object({
  shape: z.readonly(z.tuple([count, count])),
  nnz: count,
  dtype: z.string(),
  fillValue: z.union([z.literal(0), z.literal(false), z.literal('NaN')], {
    error: '0, false or "NaN"',
  }),
  files: z.record(z.string(), z.object({ bytes: count })),
});

/** The fields of a bundle's `meta.json` that are read. */
export type BundleMeta = z.infer<typeof metaSchema>;

function parseJson(text: string, uri: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CorruptSourceError(`${uri} is not JSON; write the bundle again`, { cause });
  }
}

function assertKnown(value: unknown, uri: string): void {
  const known = z.object({ format: z.literal(FORMAT), version: z.number() }).safeParse(value);
  if (!known.success) {
    throw new UnsupportedSourceError(
      `${uri} does not say "format": "${FORMAT}"; write the bundle with python/sparse_to_s3.py`,
    );
  }
  if (known.data.version === VERSION) return;
  throw new UnsupportedSourceError(
    `${uri} is of version ${known.data.version}, read is ${VERSION}; use a newer sparse-fanout`,
  );
}

/**
 * Reads `meta.json`. It is written last, so the bundle is complete if it is there.
 *
 * @throws {UnsupportedSourceError} it has another format or version.
 * @throws {CorruptSourceError} it is not JSON, or a field is missing or wrong.
 * @throws {BoundExceededError} it is longer than 16 MiB.
 */
export async function readMeta(source: ByteSource): Promise<BundleMeta> {
  const { uri, size } = source;
  if (size > MAX_META_BYTES) {
    throw new BoundExceededError(`${uri} has ${size} bytes, allowed are ${MAX_META_BYTES}`);
  }
  const bytes = await source.read({ offset: 0, length: size });
  const value = parseJson(new TextDecoder().decode(bytes), uri);
  assertKnown(value, uri);
  const parsed = metaSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CorruptSourceError(
    `${uri} has a wrong ${issue?.path.join('.')}: ${issue?.message}; write the bundle again`,
  );
}
