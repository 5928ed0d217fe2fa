import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { ManifestError, SourceNotFoundError } from '#core/errors.ts';
import { expectedFile, type FoundFile, snapshotFiles } from '#core/iceberg/read-snapshot.ts';
import { currentSnapshot, parseMetadata } from '#core/iceberg/table-metadata.ts';
import { hasIceberg, icebergForm, liveFile, metadataUri } from '#core/manifest/iceberg-run.ts';

function shown(file: FoundFile | undefined): string {
  if (file === undefined) return 'nothing';
  const { uri, rows, bytes, partition } = file;
  return `${uri} of ${rows} rows, ${bytes} bytes, with ${partition} in common`;
}

/** The first file in which a snapshot differs from the manifest. */
function difference(
  files: readonly FoundFile[],
  expected: readonly FoundFile[],
): string | undefined {
  const length = Math.max(files.length, expected.length);
  for (let at = 0; at < length; at += 1) {
    const [is, due] = [shown(files[at]), shown(expected[at])];
    if (is !== due) return `file ${at} of the table of Iceberg is ${is}, the manifest has ${due}`;
  }
  return undefined;
}

async function problemOf(run: StoredRun): Promise<string | undefined> {
  const { manifest } = run;
  const { entries, columns = [], generation, runId } = manifest;
  const read = (uri: string) =>
    run.withNamed(uri, (object) => object.read({ offset: 0, length: object.size }));
  const uri = metadataUri(manifest);
  const metadata = parseMetadata(Buffer.from(await read(uri)).toString(), uri);
  const { summary, 'snapshot-id': snapshot } = currentSnapshot(metadata);
  const of = summary['sparse-fanout.run-id'];
  if (snapshot !== generation || of !== runId) {
    return `${uri} is of snapshot ${snapshot} by run ${of}, the manifest of generation ${generation} by run ${runId}`;
  }
  const form = icebergForm(manifest);
  const files = entries.map((entry) => liveFile(entry, generation, form));
  const expected = files.map(expectedFile(metadata, columns));
  return difference(await Array.fromAsync(snapshotFiles(metadata, columns, read)), expected);
}

/**
 * Finds out whether readers of Iceberg find the files of the manifest, in its order. Reads the
 * metadata of all generations of the set.
 */
export async function icebergProblems(run: StoredRun): Promise<string[]> {
  if (!hasIceberg(run.manifest)) return [];
  try {
    const problem = await problemOf(run);
    return problem === undefined ? [] : [problem];
  } catch (error) {
    if (error instanceof ManifestError) return [error.message];
    if (error instanceof SourceNotFoundError) {
      return [`the metadata of Iceberg is not whole: ${error.message}`];
    }
    throw error;
  }
}
