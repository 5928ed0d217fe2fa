import type { RequestDefaults } from '#core/contract.ts';
import { folderOfMeta, isFolderUri } from '#core/objects/folder-uri.ts';
import { DEFAULT_KIND } from '#core/outputs/output-kinds.ts';
import { fromS3Event, parseBody, withDefaults } from './raw-request.ts';
import { limitsOf } from './request-limits.ts';
import {
  type Chunking,
  DEFAULT_CONCURRENCY,
  type ExportRequest,
  type RequestBody,
  requestSchema,
} from './request-schema.ts';
import { defaultsOf } from './wing-fields.ts';

function sourceOf({ source }: RequestBody): ExportRequest['source'] {
  const { uri, uris = [], versionId, order, columnNames, ...options } = source;
  const named = (uri === undefined ? uris : [uri]).map(folderOfMeta);
  const version = isFolderUri(named[0]!) ? undefined : versionId;
  return {
    uris: named,
    ...(version !== undefined && { versionId: version }),
    ...(order !== undefined && { order }),
    ...(columnNames !== undefined && { columnNames }),
    options,
  };
}

function chunkingOf(body: RequestBody): Chunking {
  const { rows, targetBytes } = body.chunking ?? {};
  if (rows !== undefined) return { rows };
  return targetBytes === undefined ? 'automatic' : { targetBytes };
}

/** The place of an output: a folder, or none for one named after the source. */
export function outputUriOf({ uri }: { readonly uri?: string | undefined }): string | null {
  if (uri === undefined) return null;
  return uri.endsWith('/') ? uri : `${uri}/`;
}

/**
 * Turns the input of an execution into a request with every default filled in.
 *
 * Accepts the request itself, or an S3 event as EventBridge delivers it.
 *
 * @param defaults sections that the deployment presets; used where the input does not say.
 * @throws {RequestError} with every problem found, each with what was given and what is allowed.
 * @example
 * const request = parseRequest({ source: { uri: 's3://bucket/matrix.npz' } });
 * console.log(request.chunking, request.output.spec); // the defaults
 */
export function parseRequest(input: unknown, defaults: RequestDefaults = {}): ExportRequest {
  const presets = defaultsOf('matrix', defaults);
  const request = withDefaults(fromS3Event(input), presets, () => DEFAULT_KIND);
  const body = parseBody(requestSchema, request, 'matrix');
  return {
    source: sourceOf(body),
    expect: body.expect ?? {},
    output: {
      uri: outputUriOf(body.output),
      mode: body.output.mode ?? 'create',
      spec: body.output.spec,
    },
    chunking: chunkingOf(body),
    ...limitsOf(body.limits, DEFAULT_CONCURRENCY),
    dryRun: body.dryRun ?? false,
  };
}
