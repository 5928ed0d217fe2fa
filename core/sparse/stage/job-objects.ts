import { CorruptSourceError } from '#core/errors.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import { jobName } from './stage-names.ts';

/**
 * Opens what all jobs of a round have staged, in the order of the tasks. One LIST per thousand
 * objects.
 *
 * @param uri name of the source in messages.
 * @throws {CorruptSourceError} one of the objects was removed.
 */
export async function openJobObjects(
  staged: StageStore,
  round: 'scan' | 'scatter',
  count: number,
  uri: string,
): Promise<StagedObject[]> {
  const found = await staged.list(`${round}/`);
  const objects: StagedObject[] = [];
  for (let index = 0; index < count; index++) {
    const object = found.get(jobName(round, index));
    if (object === undefined) {
      throw new CorruptSourceError(
        `what was staged of ${uri} lacks ${jobName(round, index)}; start the export again, so that it is staged anew`,
      );
    }
    objects.push(object);
  }
  return objects;
}
