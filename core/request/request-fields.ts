import * as z from 'zod/mini';
import { S3_URI } from '#core/objects/s3-uri.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';

/** An execution's input has at most 256 KiB, so more parts must be given as a folder. */
const MAX_LISTED_PARTS = 2_000;

export const SOURCE_URI =
  'an S3 URI such as s3://bucket/matrix.npz or s3://bucket/folder/ (of a bucket, not of an access point)';

const uri = z.string({ error: SOURCE_URI }).check(z.regex(S3_URI, { error: SOURCE_URI }));

const URI_LIST = `a list of 1 to ${MAX_LISTED_PARTS} S3 URIs`;

const uris = z
  .array(uri, { error: URI_LIST })
  .check(z.minLength(1, { error: URI_LIST }), z.maxLength(MAX_LISTED_PARTS, { error: URI_LIST }));

const VERSION = 'the version of one object, a text';

/** Where a source lies, in the `source` section of both wings. */
export const ADDRESS = {
  uri: z.optional(uri),
  uris: z.optional(uris),
  versionId: z.optional(z.string({ error: VERSION }).check(z.minLength(1, VERSION))),
};

interface GivenAddress {
  readonly uri?: string | undefined;
  readonly uris?: readonly string[] | undefined;
  readonly versionId?: string | undefined;
}

/** What compares fields waits until each of them is right. */
export const isSound = ({ issues }: z.core.ParsePayload) => issues.length === 0;

/** A version is of one object. */
export const ONE_VERSION = z.refine<GivenAddress>(
  (given) => given.versionId === undefined || given.uris === undefined,
  {
    when: isSound,
    error: 'an object with either versionId or uris, because a version is of one object',
  },
);

/** Of {@link ADDRESS} together. */
export const ONE_ADDRESS = [
  z.refine<GivenAddress>((given) => (given.uri === undefined) !== (given.uris === undefined), {
    when: isSound,
    error: 'an object with either uri or uris',
  }),
  ONE_VERSION,
] as const;

/** A URI alone stands for an object with it, so that a wrong field is named by its own path. */
export const fromUri = z.transform((given: unknown) =>
  typeof given === 'string' ? { uri: given } : given,
);

/** Of the `output` section: what comes after rows, or replaces them, says where they are. */
export const isPlaced = z.check<{ uri?: string | undefined; mode?: OutputMode | undefined }>(
  ({ value: { uri: place, mode = 'create' }, issues }) => {
    if (mode === 'create' || place !== undefined) return;
    const message = `given with its uri where mode is '${mode}', so that there is a place for it`;
    issues.push({ code: 'custom', message, input: { mode } });
  },
);

export const dryRun = z.boolean({ error: 'true or false' });
