import { withLabelPlace } from '#cli/options/label-place.ts';
import { parseMatrixRequest } from '#cli/options/matrix-request.ts';
import {
  type GivenRequest,
  parseGiven,
  type RequestFields,
  requestOf,
} from '#cli/options/request-file.ts';
import { asUri } from '#cli/sources/location.ts';
import { uploadUnit } from '#cli/sources/upload-source.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { resolveSource } from '#core/sources/resolve-source.ts';
import type { PreparedRun } from './prepared-run.ts';

const NOTHING_STAGED: StageStore = {
  open: async () => undefined,
  list: async () => new Map(),
  create: async () => {},
};

/** A file that a request names beside its source, if it does. */
async function besideUnit(
  uri: string | readonly string[] | undefined,
  store: ObjectStore,
): Promise<SourceUnit | undefined> {
  if (typeof uri !== 'string') return undefined;
  return { uri, objects: [await store.pin(uri)] };
}

/** Says that the request is of a matrix, which the name of an uploaded file may not show. */
function matrixHint({ fields }: GivenRequest, spec: MatrixOutputSpec): RequestFields {
  const output = fields['output'] as RequestFields;
  if (spec.kind === 'parquet') return { output: { layout: spec.layout, ...output } };
  return spec.kind === 'csv' ? { output: { text: {}, ...output } } : {};
}

/**
 * Prepares the run of a matrix in files.
 *
 * @throws {RequestError} the request is wrong.
 * @throws {FanoutError} the source cannot be read, or is not whole yet.
 */
export async function prepareMatrix(given: GivenRequest, store: ObjectStore): Promise<PreparedRun> {
  const { source, output } = parseGiven(given, parseMatrixRequest);
  const { options, order, columnNames } = source;
  const uris = await Promise.all(given.locations.map(asUri));
  const { units } = await listUnits(store, { uris, order });
  await resolveSource(units, { options, store, stagedFor: () => NOTHING_STAGED });
  const { beginsWithNames, label, labels } = matrixOutputOf(output.spec);
  const areUsed = beginsWithNames(0) || typeof label === 'string';
  const names = areUsed ? await besideUnit(columnNames, store) : undefined;
  const labelsFile = await besideUnit(labels?.uri, store);
  return {
    async upload(place) {
      const uploaded: string[] = [];
      for (const unit of units) uploaded.push(await uploadUnit(place, unit, store));
      const { columnNames: location, ...others } = given.fields.source;
      const named = names === undefined ? undefined : await uploadUnit(place, names, store);
      const kept = typeof location === 'string' ? named : location;
      const read = { ...others, ...(kept !== undefined && { columnNames: kept }) };
      const hinted = { ...given.fields, ...matrixHint(given, output.spec) };
      const labelled =
        labelsFile === undefined
          ? hinted
          : withLabelPlace(hinted, await uploadUnit(place, labelsFile, store));
      return requestOf({ ...given, fields: { ...labelled, source: read } }, uploaded);
    },
  };
}
