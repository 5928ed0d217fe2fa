import { headerNotImplemented, notImplemented } from './errors.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import type { S3Request } from './request.ts';

/** Repeats the operation's name. */
const OPERATION_ID = 'x-id';

const COMMON_HEADERS: readonly string[] = [
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-user-agent',
];

/** Headers with values of which this server does only some. */
const ACCEPTED_VALUES: Readonly<Record<string, readonly string[]>> = {
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
  'x-amz-storage-class': ['STANDARD'],
  'x-amz-server-side-encryption': ['AES256'],
};

const VERBS: Readonly<Record<string, string>> = {
  GET: 'Get',
  PUT: 'Put',
  DELETE: 'Delete',
  POST: 'Post',
  HEAD: 'Head',
};

/** Operations whose names do not follow from method, scope and sub-resource. */
const UNUSUAL_NAMES: Readonly<Record<string, string>> = {
  'GET bucket': 'ListObjects',
  'POST object restore': 'RestoreObject',
  'POST object select': 'SelectObjectContent',
};

function scopeOf({ bucket, key }: S3Request): Operation['scope'] {
  if (bucket === undefined) return 'service';
  return key === undefined ? 'bucket' : 'object';
}

/** AWS's name of an operation that this server does not do, as far as the request shows it. */
function unknownName(request: S3Request, subResource = ''): string {
  const scope = scopeOf(request);
  const unusual = UNUSUAL_NAMES[`${request.method} ${scope} ${subResource}`.trim()];
  const words = [scope, ...subResource.split('-')];
  const capitals = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return unusual ?? (VERBS[request.method] ?? request.method) + capitals.join('');
}

function isConditional(header: string): boolean {
  return header === 'range' || header.startsWith('if-') || header.startsWith('x-amz-');
}

function assertUnderstood(name: string, operation: Operation, request: S3Request): void {
  const query = [...operation.marks, ...operation.query];
  for (const parameter of Object.keys(request.query)) {
    if (query.includes(parameter) || parameter === OPERATION_ID) continue;
    const isSubResource = request.query[parameter] === '' && operation.marks.length === 0;
    throw notImplemented(
      isSubResource ? unknownName(request, parameter) : `${name} with the parameter ${parameter}`,
    );
  }
  const headers = [...operation.marks, ...operation.headers, ...COMMON_HEADERS];
  for (const header of Object.keys(request.headers).filter(isConditional).sort()) {
    const isKnown = headers.includes(header) || header.startsWith('x-amz-meta-');
    const accepted = ACCEPTED_VALUES[header];
    if (!isKnown) throw headerNotImplemented(header);
    if (accepted?.includes(request.headers[header] ?? '') === false) {
      throw headerNotImplemented(header, `${header} takes ${accepted.join(', ')} here`);
    }
  }
}

/**
 * Finds the operation that a request asks for, and makes sure that nothing in it would be ignored.
 *
 * @throws {S3Error} `NotImplemented`, naming the operation, parameter or header.
 */
export function findOperation(request: S3Request): Operation {
  const scope = scopeOf(request);
  const isMarked = (mark: string) => mark in request.query || mark in request.headers;
  const [found] = Object.entries(OPERATIONS)
    .filter(([, each]) => each.method === request.method && each.scope === scope)
    .filter(([, each]) => each.marks.every(isMarked))
    .sort(([, left], [, right]) => right.marks.length - left.marks.length);
  const [subResource] = Object.keys(request.query).filter((each) => request.query[each] === '');
  if (found === undefined) throw notImplemented(unknownName(request, subResource));
  const [name, operation] = found;
  assertUnderstood(name, operation, request);
  return operation;
}
