import * as z from 'zod/mini';
import { S3_URI } from '#core/objects/s3-uri.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { wholeNumber } from '#core/schemas/count.ts';
import { AGE, ageSeconds, type Inbox } from '#core/tables/inbox/inbox-rules.ts';

const FOLDER = 'an S3 URI of a folder, such as s3://bucket/inbox/, which ends with a slash';

/** Objects wait no longer than this where a request does not say. */
const MAX_AGE = '1 hour';

const bytes = z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER));

const fields = z.strictObject(
  {
    uri: z
      .string({ error: FOLDER })
      .check(z.regex(S3_URI, { error: FOLDER }), z.regex(/\/$/, { error: FOLDER })),
    targetBytes: bytes,
    maxAge: z
      ._default(z.string({ error: AGE }), MAX_AGE)
      .check(z.refine((text) => ageSeconds(text) !== undefined, { error: AGE })),
    largeBytes: bytes,
  },
  { error: 'an object with uri, targetBytes, maxAge and largeBytes' },
);

/** The `source.inbox` of a request. */
export const inboxSection = z.pipe(
  fields,
  z.transform(({ maxAge, ...given }) => ({ ...given, maxAgeSeconds: ageSeconds(maxAge)! })),
);

/** What a request says that is looked at where it has an inbox. */
interface InboxRequest {
  readonly source: { readonly inbox?: Pick<Inbox, 'uri'> | undefined };
  readonly schema?: unknown;
  readonly onBadRow?: 'fail' | 'reject' | undefined;
  readonly expect?: { readonly rows?: number | undefined } | undefined;
  readonly output: {
    readonly uri?: string | undefined;
    readonly mode?: OutputMode | undefined;
    readonly companions?: readonly string[] | undefined;
    readonly format?: string | undefined;
  };
}

/** What is wrong with a request that has an inbox; nothing of any other. */
export function inboxProblems(request: InboxRequest): readonly string[] {
  const { source, schema, onBadRow = 'fail', expect, output } = request;
  const { inbox } = source;
  if (inbox === undefined) return [];
  const { mode = 'create', uri = '', companions = [] } = output;
  const problems: string[] = [];
  if (mode !== 'append') {
    problems.push(
      `output.mode must be 'append' where source.inbox is given, because each batch comes after those before it, got "${mode}"`,
    );
  }
  if (output.format === 'postgres') {
    problems.push(
      'output.format is postgres, but an inbox may need several attempts for a batch, and what one of them has loaded stays; take in files, and load these by another run',
    );
  }
  if (companions.includes('iceberg')) {
    problems.push(
      'output.companions has iceberg, whose metadata has one attempt for each generation, but an inbox may need several; leave it out',
    );
  }
  if (schema === undefined) {
    problems.push(
      'schema must be given where source.inbox is, because each object is judged by it before it is taken in',
    );
  }
  if (onBadRow !== 'reject') {
    problems.push(
      `onBadRow must be 'reject' where source.inbox is given, because a value that does not fit would stop all that arrives after it, got "${onBadRow}"`,
    );
  }
  if (expect?.rows !== undefined) {
    problems.push('expect.rows is of one run, but an inbox has many; leave it out');
  }
  const place = uri.endsWith('/') ? uri : `${uri}/`;
  if (place.startsWith(inbox.uri) || inbox.uri.startsWith(place)) {
    problems.push(
      `source.inbox.uri ${inbox.uri} and output.uri ${place} lie in each other, so that files of the output would be taken in; give one of them a place elsewhere`,
    );
  }
  return problems;
}
