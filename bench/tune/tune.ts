import { figuresOf, type SizeFigures } from './reports.ts';
import { type DeployedWriter, execute, reportsSince, resize } from './writer.ts';

/** What is written, and by how much memory. */
export interface Tuning {
  readonly request: Readonly<Record<string, unknown>>;
  /** MiB, each tried once. */
  readonly sizes: readonly number[];
  /** Prefix of the output bucket; each size writes below it. */
  readonly prefix: string;
  readonly pollMilliseconds: number;
}

function requestAt(request: Tuning['request'], uri: string) {
  const { output } = request;
  return { ...request, output: { ...(typeof output === 'object' && output), uri } };
}

/**
 * Writes the same chunks with writers of each size, and gives the figures of each at its end.
 * Whatever happens, the writers have their own memory again afterwards.
 */
export async function* tune(
  writer: DeployedWriter,
  { request, sizes, prefix, pollMilliseconds }: Tuning,
): AsyncGenerator<SizeFigures> {
  try {
    for (const memoryMiB of sizes) {
      await resize(writer, memoryMiB);
      const since = Date.now();
      const uri = `s3://${writer.outputBucket}/${prefix}${memoryMiB}/`;
      const count = await execute(writer, requestAt(request, uri), pollMilliseconds);
      const reports = await reportsSince(writer, { since, count }, pollMilliseconds);
      const own = reports.filter((report) => report.memoryMiB === memoryMiB);
      yield figuresOf(memoryMiB, own);
    }
  } finally {
    await resize(writer, writer.memoryMiB);
  }
}
