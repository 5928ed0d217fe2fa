import { UsageError } from '#cli/frame/usage-error.ts';
import type { TableRequest } from '#cli/options/table-request.ts';
import { asUri } from '#cli/sources/location.ts';
import { withStore } from '#cli/sources/with-store.ts';
import type { TableObjects } from '#core/tables/infer/infer-table.ts';
import { listTable } from '#core/tables/run/list-table.ts';

/** The objects of a table, pinned. */
export interface GivenTable extends TableObjects {
  /** Where they were looked for: as given, folders with a slash at the end. */
  readonly uris: readonly string[];
  /** What lies in its folders and is not read. */
  readonly ignored: readonly string[];
}

/**
 * Pins the objects of a table, in S3 or files, for as long as `use` takes.
 *
 * @throws {SourceNotFoundError} there is none, or it cannot be read.
 * @throws {UnsupportedSourceError} their names say two formats, or one that is not read.
 * @throws {UsageError} a version is given of what is not one object.
 */
export async function withTable<T>(
  locations: readonly string[],
  { versionId, format }: TableRequest,
  {
    signal,
    use,
  }: { readonly signal: AbortSignal; readonly use: (table: GivenTable) => Promise<T> },
): Promise<T> {
  return await withStore(signal, async (store) => {
    const uris = await Promise.all(locations.map(asUri));
    const ignored: string[] = [];
    if (versionId !== undefined && uris.length > 1) {
      throw new UsageError(
        `a version is of one object, got ${uris.join(', ')}; give its s3:// URI`,
      );
    }
    const source = {
      uris,
      ...(versionId !== undefined && { versionId }),
      ...(format !== undefined && { format }),
    };
    const objects = await listTable(source, store, {
      onPassedOver: (uri) => void ignored.push(uri),
    });
    const pins = objects.pins(0, objects.count);
    return await use({ uris, pins, store, ignored });
  });
}
