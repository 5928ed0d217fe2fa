import { CorruptSourceError } from '#core/errors.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';

/**
 * Opens what jobs of an earlier round have staged, in the order of their names. One LIST per
 * thousand objects of the folder.
 *
 * @param uri name of the source in messages.
 * @throws {CorruptSourceError} one of the objects was removed.
 */
export async function openJobObjects(
  staged: StageStore,
  { folder, names }: { readonly folder: string; readonly names: readonly string[] },
  uri: string,
): Promise<StagedObject[]> {
  const found = await staged.list(folder);
  return names.map((name) => {
    const object = found.get(name);
    if (object !== undefined) return object;
    throw new CorruptSourceError(
      `what was staged of ${uri} lacks ${name}; start the export again, so that it is staged anew`,
    );
  });
}
