import { Command } from 'commander';
import { assembleRun } from '#cli/assemble/assemble-run.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCounted } from '#cli/frame/format-figures.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import { withS3Client } from '#cli/sources/s3-client.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { manifestKey } from '#core/run/output-keys.ts';

const HELP = `
S3 copies the chunks of all generations, in order, into one object that appears at the end; only
chunks below 5 MiB come through this machine. It has the CRC-32 of the whole as S3's own checksum,
which for plain text is the one in the manifest. The chunks stay. A new output is one object at
once with output.single (local run --single).

Examples:
  $ npx sparse-fanout assemble s3://bucket/daily/ --out s3://bucket/daily.csv
  $ npx sparse-fanout assemble s3://bucket/daily/_manifest/manifest-000003.json --out s3://bucket/three.csv
`;

interface AssembleOptions {
  readonly out: string;
}

/** The manifest of an output that is named by its folder, or itself. */
function manifestUri(given: string): string {
  if (!isS3Uri(given)) {
    throw new UsageError(
      `assemble joins objects in S3, got ${given}; join files by cat, as docs/one-object.md shows`,
    );
  }
  if (given.endsWith('.json')) return given;
  return manifestKey(given.endsWith('/') ? given : `${given}/`);
}

/** @throws {UsageError} it is no place for an object. */
function assertPlace(out: string): void {
  if (isS3Uri(out) && !out.endsWith('/')) return;
  throw new UsageError(
    `--out must be the S3 URI of an object, such as s3://bucket/x.csv, got ${out}`,
  );
}

async function assemble(given: string, { out }: AssembleOptions, io: CommandIo): Promise<void> {
  const uri = manifestUri(given);
  assertPlace(out);
  const { signal } = io;
  await withS3Client(async (client) => {
    const run = await openRunInS3(client, uri, signal);
    const { totals } = run.manifest;
    const { isNew, crc32, ...joined } = await assembleRun(client, run, { uri: out, signal });
    const crc = crc32 === undefined ? totals.crc32 : crc32Hex(crc32);
    const { chunks, rows, bytes } = totals;
    const figures = { out, isNew, chunks, rows, bytes, crc32: crc };
    const how = isNew
      ? `by ${formatCounted(joined.parts ?? 0, 'part')}, of which ${formatBytes(joined.gatheredBytes ?? 0)} came through this machine`
      : 'there already, nothing was written';
    const prose = `${out}: ${formatCounted(chunks, 'chunk')}, ${formatCounted(rows, 'row')}, ${formatBytes(bytes)}, CRC-32 ${crc}; ${how}`;
    await printResult(io, { ...figures, ...joined }, prose);
  });
}

/** `assemble`: joins the chunks of an output in S3 into one object. */
export function assembleCommand(io: () => CommandIo): Command {
  return new Command('assemble')
    .description('join the chunks of an output in S3 into one object, by copies inside S3')
    .argument('<output>', 's3:// URI of an output, or of a manifest of it')
    .requiredOption('--out <s3 uri>', 'the object to make; nothing may be there')
    .addHelpText('after', HELP)
    .action((given: string, options: AssembleOptions) => assemble(given, options, io()));
}
