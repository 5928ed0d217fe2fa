import { CONTRACT_VERSION } from '#core/contract.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { parseTableRequest, type TableRequest } from '#core/request/table-request.ts';
import { postgresUri } from '#core/tables/postgres/source-section.ts';
import { type FunctionDigests, pinFunctions } from '#core/tables/run/functions-pin.ts';
import { listTable, tablePin } from '#core/tables/run/list-table.ts';
import { ObjectList } from '#core/tables/run/object-list.ts';
import { transformFunction } from '#core/tables/run/transform-function.ts';
import { canonicalSchema } from '#core/tables/schema/table-schema.ts';
import type { Transform } from '#core/tables/schema/transform-section.ts';
import type { Deployment } from './bind-run.ts';
import { locate } from './locate-output.ts';
import type { OutputLocation } from './run-fields.ts';
import { runIdOf } from './run-id.ts';

/** A request of a table bound to one version of its objects. */
export interface BoundTable {
  readonly request: TableRequest;
  readonly objects: ObjectList;
  /** Of all objects together. */
  readonly source: SourcePin;
  /** The text that the run id is the digest of. */
  readonly identity: string;
  readonly runId: string;
  readonly location: OutputLocation;
}

/** What a table is bound with. */
export interface TableDeployment extends Deployment {
  /** Name and version: another one may write other bytes. */
  readonly engine: string;
  /** Functions that a transform may call. @default none */
  readonly functions?: FunctionDigests;
}

/** Objects that a table is bound to, not those that are there now. */
interface KeptObjects {
  /** Their pins as they were seen before. */
  readonly pins: AsyncIterable<SourcePin> | Iterable<SourcePin>;
  /** Which attempt of its generation the run is. @default 1 */
  readonly attempt?: number;
}

/** Code stands there with its digest or version: another one may give other rows. */
function transformIdentity(
  transform: Transform,
  { transforms = {}, functions: digests = {} }: TableDeployment,
): object {
  if (!('lambda' in transform)) {
    const { sql, functions } = transform;
    return { sql, ...(functions !== undefined && { functions: pinFunctions(functions, digests) }) };
  }
  const { name, arn } = transformFunction(transform, transforms);
  const { rows, schema } = transform;
  return { lambda: { name, arn }, rows, ...(schema && { schema: canonicalSchema(schema) }) };
}

/** It has no `limits`, `expect` and `dryRun`: who changes only these resumes the same run. */
function identityOf(
  request: TableRequest,
  { pin, attempt }: { readonly pin: SourcePin; readonly attempt: number },
  deployment: TableDeployment,
): string {
  const { engine, outputBucket } = deployment;
  const { source, schema, columns, transform, onBadRow, output, size, place } = request;
  const { partitionBy, keysWhole, companions } = request;
  // What is taken in is bound by its pins; when, is not.
  const { uris: _, versionId: __, inbox: ___, ...read } = source;
  const { uri, mode, hidden } = place;
  return JSON.stringify({
    contract: CONTRACT_VERSION,
    engine,
    source: { uri: pin.uri, etag: pin.etag, versionId: pin.versionId, ...read },
    ...(schema !== undefined && { schema: canonicalSchema(schema) }),
    columns,
    ...(transform !== undefined && { transform: transformIdentity(transform, deployment) }),
    ...(keysWhole && { keysWhole }),
    onBadRow,
    output: {
      uri: uri ?? `s3://${outputBucket}/`,
      ...output,
      ...size,
      ...(partitionBy && { partitionBy }),
      ...(companions && { companions }),
      ...(mode !== 'create' && { mode }),
      ...(hidden && { hidden }),
      // The same objects may be chosen again, and then lie in another folder.
      ...(attempt > 1 && { attempt }),
    },
  });
}

/** What an output without a place of its own is named after. */
function placeOf({ source: { uris, postgres } }: TableRequest): string {
  return postgres === undefined ? uris[0]! : `s3://postgres/${postgres.connection}`;
}

/** A table of a database, whose version is what the request says; undefined where it has none. */
function databaseList({ source: { postgres } }: TableRequest): ObjectList | undefined {
  if (postgres === undefined) return undefined;
  const objects = new ObjectList();
  const etag = postgres.version;
  objects.add({ uri: postgresUri(postgres), etag, versionId: null, size: 0 });
  return objects;
}

/**
 * Binds a request to one version of the objects of a table: lists and pins them, and computes the
 * run id and the location of the output. The same request and versions always give the same run.
 *
 * Holds the list, see `ObjectList`. Sends the requests of `listTable`.
 *
 * @param input the request, or the S3 event that stands for one.
 * @throws {RequestError} with every problem of the request; keys of the output would be too long;
 * the deployment has no such functions.
 * @throws {SourceNotFoundError} an object does not exist, or a folder holds nothing.
 * @throws {UnsupportedSourceError} the names of the objects are of two formats.
 */
export async function bindTable(
  input: unknown,
  deployment: TableDeployment,
  store: ObjectStore,
  kept?: KeptObjects,
): Promise<BoundTable> {
  const { outputBucket, requestDefaults } = deployment;
  const request = parseTableRequest(input, requestDefaults);
  const listed = kept && { listed: kept.pins };
  const objects = databaseList(request) ?? (await listTable(request.source, store, listed));
  const source = await tablePin(request.source, objects);
  const identity = identityOf(request, { pin: source, attempt: kept?.attempt ?? 1 }, deployment);
  const runId = await runIdOf(identity);
  const asked = { uri: request.place.uri, sourceUri: placeOf(request) };
  const location = locate(asked, runId, outputBucket);
  return { request, objects, source, identity, runId, location };
}
