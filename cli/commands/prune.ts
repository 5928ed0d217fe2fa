import { Command } from 'commander';
import { type CommandIo, printResult, write } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount } from '#cli/frame/format-figures.ts';
import { addPostgresOption, type PostgresFlag } from '#cli/options/postgres-option.ts';
import { directoryOutput } from '#cli/prune/directory-output.ts';
import type { KeptObject, PrunableOutput } from '#cli/prune/prunable-output.ts';
import { findUnlisted, prune } from '#cli/prune/prune.ts';
import { s3Output } from '#cli/prune/s3-output.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import { withS3Client } from '#cli/sources/s3-client.ts';

const HELP = `
Prints the chunks that the latest manifest does not list, such as those that were overwritten.
With --apply it removes them, with your own credentials; no role of the stack may delete them.
Manifests and plans stay. Readers of an older manifest no longer find its chunks.
Of a load into a database it prints what drops the tables that overwrites have replaced, and drops
none: with --postgres those that are there, and those of runs that came to nothing.

Examples:
  $ npx sparse-fanout prune s3://my-output/daily/
  $ npx sparse-fanout prune s3://my-output/daily/ --apply
  $ npx sparse-fanout prune s3://my-output/loads/ --postgres main=url.txt
`;

interface PruneOptions extends PostgresFlag {
  readonly apply?: boolean;
}

/** Above statements that nobody runs but the owner of the database. */
const TABLES = 'tables of the database that loads may have left; drop them yourself:';

/** Prints each object as soon as it is found or removed, or all of them as one JSON object. */
class Report {
  readonly #io: CommandIo;
  readonly #unlisted: KeptObject[] = [];
  #objects = 0;
  #bytes = 0;

  constructor(io: CommandIo) {
    this.#io = io;
  }

  async add({ key, size }: KeptObject): Promise<void> {
    this.#objects += 1;
    this.#bytes += size;
    if (this.#io.json) this.#unlisted.push({ key, size });
    else await write(this.#io.stdout, `${key}  ${formatBytes(size)}\n`);
  }

  async end(output: string, removed: boolean, drops: readonly string[]): Promise<void> {
    const [objects, bytes] = [this.#objects, this.#bytes];
    const figures = `objects that the latest manifest does not list: ${formatCount(objects)}, ${formatBytes(bytes)}`;
    const prose = removed ? `removed the ${figures}` : `${figures}; --apply removes them`;
    const tables = drops.length === 0 ? [] : [TABLES, ...drops];
    const unlisted = { unlisted: this.#unlisted, ...(drops.length > 0 && { drops }) };
    const result = { output, removed, objects, bytes, ...unlisted };
    await printResult(this.#io, result, [prose, ...tables].join('\n'));
  }
}

async function dropsOf(
  output: PrunableOutput,
  databases: PostgresFlag['postgres'],
  signal: AbortSignal,
): Promise<readonly string[]> {
  // Loaded only here: no other command needs the client at its start.
  const { dropStatements } = await import('#cli/prune/left-tables.ts');
  return await dropStatements(output, databases, signal);
}

async function pruneOutput(
  output: PrunableOutput,
  { apply = false, postgres }: PruneOptions,
  io: CommandIo,
): Promise<void> {
  const report = new Report(io);
  const drops = await dropsOf(output, postgres, io.signal);
  for await (const object of apply ? prune(output) : findUnlisted(output)) await report.add(object);
  await report.end(output.name, apply, drops);
}

/** `prune`: what an output no longer needs. */
export function pruneCommand(io: () => CommandIo): Command {
  const command = new Command('prune')
    .description('print or remove the chunks that the latest manifest of an output does not list')
    .argument('<output>', 'S3 URI of an output, or --out directory of local run')
    .option('--apply', 'remove them');
  return addPostgresOption(command)
    .addHelpText('after', HELP)
    .action(async (location: string, options: PruneOptions) => {
      if (!isS3Uri(location)) return await pruneOutput(directoryOutput(location), options, io());
      await withS3Client(async (s3) => {
        await pruneOutput(s3Output(s3, location, io().signal), options, io());
      });
    });
}
