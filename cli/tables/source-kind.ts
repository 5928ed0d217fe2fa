import type { GivenRequest } from '#cli/options/request-file.ts';
import { asUri } from '#cli/sources/location.ts';
import { withStore } from '#cli/sources/with-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { saidWing, usualWing, wingOfSource } from '#core/request/wing.ts';
import type { Wing } from '#core/request/wing-fields.ts';

/**
 * Whether a source is a table or a matrix: by what the request says, else as Plan finds it.
 *
 * @throws {SourceNotFoundError} an object whose name says nothing does not exist.
 */
export async function sourceKind(given: GivenRequest, signal: AbortSignal): Promise<Wing> {
  return await kindIn(given, (use) => withStore(signal, use));
}

/** The same, with a store that is opened only where the request does not say it. */
export async function kindIn(
  { fields, locations }: GivenRequest,
  open: (use: (store: ObjectStore) => Promise<Wing>) => Promise<Wing>,
): Promise<Wing> {
  const said = saidWing(fields);
  if (said !== undefined) return said;
  const uri = await asUri(locations[0]!);
  return await open((store) => wingOfSource(uri, store, usualWing(fields)));
}
