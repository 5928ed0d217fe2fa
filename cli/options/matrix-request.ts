import { parseRequest } from '#core/request/request.ts';
import type { ExportRequest } from '#core/request/request-schema.ts';
import { labelPlace, withLabelPlace } from './label-place.ts';
import { type GivenRequest, requestOf } from './request-file.ts';

/** Stand in the request for places on this machine. */
const SOURCE = 's3://command-line/matrix';
const NAMES = 's3://command-line/names';
const LABELS = 's3://command-line/labels';

/** The request with its labels where they were given. */
function labelledFrom(request: ExportRequest, uri: string | undefined): ExportRequest {
  const { spec } = request.output;
  if (uri === undefined || !('label' in spec)) return request;
  return { ...request, output: { ...request.output, spec: { ...spec, label: { uri } } } };
}

/**
 * Reads what a request says of a matrix, by the rules of the stack: paths count as URIs.
 *
 * @throws {RequestError} naming every field that is unknown or not allowed.
 */
export function parseMatrixRequest(given: GivenRequest): ExportRequest {
  const place = labelPlace(given.fields);
  const fields = place === undefined ? given.fields : withLabelPlace(given.fields, LABELS);
  const { columnNames } = given.fields.source;
  const isPlace = typeof columnNames === 'string';
  const source = { ...given.fields.source, ...(isPlace && { columnNames: NAMES }) };
  const parsed = parseRequest(requestOf({ ...given, fields: { ...fields, source } }, [SOURCE]));
  const request = labelledFrom(parsed, place);
  if (!isPlace) return request;
  return { ...request, source: { ...request.source, columnNames } };
}
