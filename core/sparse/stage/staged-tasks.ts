import { CorruptSourceError } from '#core/errors.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import { taskName } from './stage-names.ts';

/**
 * Opens what all jobs of a round have staged, in the order of the tasks. One LIST per thousand
 * objects.
 *
 * @param uri name of the source in messages.
 * @throws {CorruptSourceError} one of the objects was removed.
 */
export async function openTasks(
  staged: StageStore,
  round: 'scan' | 'scatter',
  count: number,
  uri: string,
): Promise<StagedObject[]> {
  const found = await staged.list(`${round}/`);
  const objects: StagedObject[] = [];
  for (let task = 0; task < count; task++) {
    const object = found.get(taskName(round, task));
    if (object === undefined) {
      throw new CorruptSourceError(
        `what was staged of ${uri} lacks ${taskName(round, task)}; start the export again, so that it is staged anew`,
      );
    }
    objects.push(object);
  }
  return objects;
}
