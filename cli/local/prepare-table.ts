import { type GivenRequest, parseGiven, requestOf } from '#cli/options/request-file.ts';
import { TABLE_PLACE } from '#cli/options/table-request.ts';
import { asUri } from '#cli/sources/location.ts';
import { uploadTable } from '#cli/sources/upload-table.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { lookAtFirst } from '#tables/first-look.ts';
import type { PreparedRun } from './prepared-run.ts';

/**
 * Prepares the run of a table in files. Looks at the first one, so that nothing starts for a table
 * without a schema, or with other columns.
 *
 * @throws {RequestError} the request is wrong, or does not fit the table.
 * @throws {FanoutError} the table cannot be read.
 */
export async function prepareTable(given: GivenRequest, store: ObjectStore): Promise<PreparedRun> {
  const asked = parseGiven(given, (each) => parseTableRequest(requestOf(each, [TABLE_PLACE])));
  const uris = await Promise.all(given.locations.map(asUri));
  const source = { ...asked.source, uris };
  await lookAtFirst({ ...asked, source }, await listTable(source, store), store);
  return {
    async upload(s3, bucket) {
      const uploaded: string[] = [];
      for (const uri of uris) uploaded.push(await uploadTable(s3, uri, store, bucket));
      return requestOf(given, uploaded);
    },
  };
}
