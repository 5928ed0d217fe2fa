import { parseRequest } from '#core/request/request.ts';
import type { ExportRequest } from '#core/request/request-schema.ts';
import { type GivenRequest, requestOf } from './request-file.ts';

/** Stand in the request for places on this machine. */
const SOURCE = 's3://command-line/matrix';
const NAMES = 's3://command-line/names';

/**
 * Reads what a request says of a matrix, by the rules of the stack: paths count as URIs.
 *
 * @throws {RequestError} naming every field that is unknown or not allowed.
 */
export function parseMatrixRequest(given: GivenRequest): ExportRequest {
  const { fields } = given;
  const { columnNames } = fields.source;
  const isPlace = typeof columnNames === 'string';
  const source = { ...fields.source, ...(isPlace && { columnNames: NAMES }) };
  const request = parseRequest(requestOf({ ...given, fields: { ...fields, source } }, [SOURCE]));
  if (!isPlace) return request;
  return { ...request, source: { ...request.source, columnNames } };
}
