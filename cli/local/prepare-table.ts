import { join } from 'node:path';
import { UsageError } from '#cli/frame/usage-error.ts';
import {
  type GivenRequest,
  parseGiven,
  type RequestFields,
  requestOf,
} from '#cli/options/request-file.ts';
import { TABLE_PLACE } from '#cli/options/table-request.ts';
import { asUri } from '#cli/sources/location.ts';
import type { UploadPlace } from '#cli/sources/upload-place.ts';
import { uploadTable } from '#cli/sources/upload-table.ts';
import { withFolder } from '#cli/sources/with-folder.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import { readsDatabase } from '#core/request/wing.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { lookAtFirst } from '#tables/first-look.ts';
import type { SampledTable } from './first-rows.ts';
import type { PreparedRun } from './prepared-run.ts';

/** A request that is run over the first rows of its table. */
interface Sample {
  readonly given: GivenRequest;
  readonly table: SampledTable;
  readonly sample: number;
}

/** Uploads the first rows of a table. How many rows and files there are is said of all rows. */
async function uploadSample(
  { given, table, sample }: Sample,
  place: UploadPlace,
): Promise<RequestFields> {
  // Loaded only here: the engine takes a while to load.
  const { firstRows } = await import('./first-rows.ts');
  return await withFolder(async (folder) => {
    const ofSample = { ...place, folder: `${place.folder}/first-${sample}-rows` };
    const uploaded: string[] = [];
    for (const { uri, store } of await firstRows(table, sample, join(folder, 'cut'))) {
      uploaded.push(await uploadTable(ofSample, uri, store));
    }
    const { rows: _, ...expect } = (given.fields['expect'] ?? {}) as RequestFields;
    const { files: __, ...output } = (given.fields['output'] ?? {}) as RequestFields;
    return requestOf({ ...given, fields: { ...given.fields, expect, output } }, uploaded);
  });
}

/** @throws {UsageError} a sample of it is wanted. */
function prepareDatabase(given: GivenRequest, sample: number | undefined): PreparedRun {
  if (sample !== undefined) {
    throw new UsageError(
      '--sample takes the first rows of files, but the source is a table of a database; limit its rows in source.postgres.query',
    );
  }
  return { upload: async () => requestOf(given, given.locations) };
}

/**
 * Prepares the run of a table of files, or of one of a database, at which only its stack looks.
 * Looks at the first file, so that nothing starts for a table without a schema, or with other
 * columns.
 *
 * @param sample take so many rows of its begin alone.
 * @throws {RequestError} the request is wrong, or does not fit the table.
 * @throws {FanoutError} the table cannot be read.
 */
export async function prepareTable(
  given: GivenRequest,
  store: ObjectStore,
  sample: number | undefined,
): Promise<PreparedRun> {
  const isDatabase = readsDatabase(given.fields);
  const asked = parseGiven(given, (each) =>
    parseTableRequest(requestOf(each, isDatabase ? each.locations : [TABLE_PLACE])),
  );
  if (isDatabase) return prepareDatabase(given, sample);
  const uris = await Promise.all(given.locations.map(asUri));
  const source = { ...asked.source, uris };
  const seen = await lookAtFirst({ ...asked, source }, await listTable(source, store), store);
  const upload: PreparedRun['upload'] = async (place) => {
    const uploaded: string[] = [];
    for (const uri of uris) uploaded.push(await uploadTable(place, uri, store));
    return requestOf(given, uploaded);
  };
  if (sample === undefined) return { upload };
  const layout = tableLayoutOf({ ...asked, source }, seen);
  const table = { uris, layout, store };
  return { upload: (place) => uploadSample({ given, table, sample }, place) };
}
