import type { RequestDefaults, TransformArns, TriggerKeys } from '#core/contract.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { parseRequest } from '#core/request/request.ts';
import type { ExportRequest } from '#core/request/request-schema.ts';
import { bindNames, type GivenNames } from '#core/sources/given-names.ts';
import type { BoundLabels } from '#core/sources/labels.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { pinUnits } from '#core/sources/pin-source.ts';
import type { Names } from '#core/sparse/names.ts';
import { locate } from './locate-output.ts';
import type { OutputLocation } from './run-fields.ts';
import { runIdentity, runIdOf } from './run-id.ts';

/** What a deployment adds to a request. */
export interface Deployment {
  /** The only bucket that it may write to. */
  readonly outputBucket: string;
  /** Sections that are used where a request does not say. */
  readonly requestDefaults: RequestDefaults;
  /** Functions that requests of tables may name. @default none */
  readonly transforms?: TransformArns;
  /** Keys whose objects start runs. @default none */
  readonly trigger?: TriggerKeys | undefined;
}

/** A request bound to one version of its source: all that the run id stands for. */
export interface BoundRun {
  readonly request: ExportRequest;
  readonly source: SourcePin;
  readonly units: readonly SourceUnit[];
  /** The versions of all objects that the run reads. */
  readonly pins: readonly SourcePin[];
  /** Names of the request, where they are printed; they come before those of the source. */
  readonly columnNames: Names | undefined;
  /** Labels of the rows, where an object has them. */
  readonly labels: BoundLabels | undefined;
  /** The text that the run id is the digest of. */
  readonly identity: string;
  readonly runId: string;
  readonly location: OutputLocation;
}

/** The names that a request gives, if its output prints names or has a label by its name. */
async function givenNames(
  { source: { columnNames }, output }: ExportRequest,
  store: ObjectStore,
): Promise<GivenNames | undefined> {
  const { beginsWithNames, label } = matrixOutputOf(output.spec);
  const areUsed = beginsWithNames(0) || typeof label === 'string';
  return areUsed && columnNames !== undefined ? await bindNames(columnNames, store) : undefined;
}

/** The labels of a request, if an object has them. */
async function givenLabels(
  { output }: ExportRequest,
  store: ObjectStore,
): Promise<BoundLabels | undefined> {
  const { labels } = matrixOutputOf(output.spec);
  if (labels === undefined) return undefined;
  return { pin: await store.pin(labels.uri), areNumbers: labels.areNumbers };
}

/**
 * Binds a request to one version of its source: parses it, pins the source, and computes the run id
 * and the location of the output. The same request and version always give the same run. Sends the
 * requests of {@link listUnits}.
 *
 * @param input the request, or the S3 event that stands for one.
 * @throws {RequestError} with every problem of the request; keys of the output would be too long.
 * @throws {SourceNotFoundError} the source does not exist.
 * @throws {BoundExceededError} the source has too many parts.
 * @example
 * const input = { source: { uri: 's3://bucket/matrix.npz' } };
 * const deployment = { outputBucket: 'bucket', requestDefaults: {} };
 * const run = await bindRun(input, deployment, store);
 * console.log(run.runId, run.location.prefix);
 */
export async function bindRun(
  input: unknown,
  { outputBucket, requestDefaults }: Deployment,
  store: ObjectStore,
): Promise<BoundRun> {
  const request = parseRequest(input, requestDefaults);
  const { units } = await listUnits(store, request.source);
  const source = await pinUnits(request.source, units);
  const columnNames = await givenNames(request, store);
  const labels = await givenLabels(request, store);
  const identity = runIdentity(request, {
    pin: source,
    columnNames: columnNames?.identity,
    labels: labels?.pin,
    outputBucket,
  });
  const runId = await runIdOf(identity);
  const beside = [columnNames?.pin, labels?.pin].filter((pin) => pin !== undefined);
  return {
    request,
    source,
    units,
    pins: [...units.flatMap(({ objects }) => objects), ...beside],
    columnNames: columnNames?.names,
    labels,
    identity,
    runId,
    location: locate(
      { uri: request.output.uri, sourceUri: request.source.uris[0]! },
      runId,
      outputBucket,
    ),
  };
}
