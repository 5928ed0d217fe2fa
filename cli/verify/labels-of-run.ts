import { UsageError } from '#cli/frame/usage-error.ts';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { isOfThisMachine } from '#cli/sources/own-places.ts';
import type { AskedSource } from '#cli/sources/with-source.ts';
import type { MatrixOutput } from '#core/outputs/output.ts';

/**
 * The labels that chunks are derived with: those at a place, which are of the rows of the given
 * source, else those of all generations, as they were pinned.
 *
 * @param place of the labels; undefined where it is not given.
 * @throws {UsageError} the labels were files of this machine, or there are none.
 */
export function labelsOfRun(
  { manifest }: StoredRun,
  { labels }: MatrixOutput,
  place: string | undefined,
): Pick<AskedSource, 'labels' | 'pinnedLabels'> {
  if (labels === undefined) {
    if (place === undefined) return {};
    throw new UsageError('--label-uri is of an output whose labels an object has; leave it out');
  }
  const { areNumbers } = labels;
  if (place !== undefined) return { labels: { uri: place, areNumbers } };
  const pins = manifest.generations.flatMap(({ facts }) =>
    facts.kind === 'matrix' && facts.labels !== undefined ? [facts.labels.object] : [],
  );
  const own = pins.find(({ uri }) => isOfThisMachine(uri));
  if (own === undefined) return { pinnedLabels: { pins, areNumbers } };
  throw new UsageError('the labels of the rows were a file; name it by --label-uri');
}
