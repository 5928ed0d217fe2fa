/** What a sample says of the partitions of a table. */
export interface SampledPartitions {
  /** Rows of each partition in the sample. */
  readonly rows: readonly number[];
  /** Bytes of all files. */
  readonly bytes: number;
  readonly targetFileBytes: number;
}

/** The files of a partitioned table, about. */
export interface PartitionForecast {
  readonly files: number;
  readonly partitions: number;
  readonly fileBytes: { readonly min: number; readonly max: number };
}

/**
 * How many partitions or keys a sample did not meet, by those that it met once or twice: the
 * estimate of Chao (1984), Nonparametric estimation of the number of classes in a population.
 */
export function unseen(rows: readonly number[]): number {
  const once = rows.filter((count) => count === 1).length;
  const twice = rows.filter((count) => count === 2).length;
  return Math.round((once * Math.max(0, once - 1)) / (2 * (twice + 1)));
}

/** Predicts the files of a partitioned table before its rows are scattered. */
export function forecastPartitions({
  rows,
  bytes,
  targetFileBytes,
}: SampledPartitions): PartitionForecast {
  const all = rows.reduce((sum, count) => sum + count, 0);
  const more = unseen(rows);
  let files = more;
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const count of rows) {
    const own = (bytes * count) / all;
    const cuts = Math.max(1, Math.round(own / targetFileBytes));
    files += cuts;
    min = Math.min(min, own / cuts);
    max = Math.max(max, own / cuts);
  }
  const fileBytes = { min: rows.length === 0 ? 0 : Math.round(min), max: Math.round(max) };
  return { files, partitions: rows.length + more, fileBytes };
}
