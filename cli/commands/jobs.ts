import { Command } from 'commander';
import { createDynamoClient } from '#aws/clients.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { textGrid } from '#cli/frame/text-grid.ts';
import { type JobsPlace, readOutputJobs, type ShownJob } from '#cli/jobs/read-jobs.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { withS3Client } from '#cli/sources/s3-client.ts';

const HELP = `
Prints the job table of a run from the ledger: of each chunk that was started what it covers, where
keys are whole the first, the last and their number, when its last try started and it finished, how
many tries there were, and why the last one failed. The name of the ledger's table is the output
LedgerTableName of the stack.

Examples:
  $ npm run -s cli -- jobs s3://my-output/daily/ --ledger Stack-LedgerTable-ABC
  $ npm run -s cli -- jobs s3://my-output/daily/ --ledger Stack-LedgerTable-ABC --failed
  $ npm run -s cli -- --json jobs s3://my-output/daily/ --ledger Stack-LedgerTable-ABC
`;

interface JobsOptions {
  readonly ledger: string;
  readonly generation?: number;
  readonly failed?: true;
}

const TITLES = ['chunk', 'status', 'tries', 'started', 'finished', 'rows'];
const KEY_TITLES = ['keys', 'first', 'last'];

function lineOf(job: ShownJob, hasKeys: boolean): readonly string[] {
  const { index, status, tries, started, finished = '', rows, keys, covers, error } = job;
  const key = (of: 'first' | 'last') => (keys === undefined ? '' : JSON.stringify(keys[of]));
  return [
    ...[`${index}`, status, `${tries}`, started, finished, rows === undefined ? '' : `${rows}`],
    ...(hasKeys ? [`${keys?.keys ?? ''}`, key('first'), key('last')] : [covers]),
    error === undefined ? '' : `${error.name}: ${error.message}`,
  ];
}

/** The jobs as lines for people. */
function jobLines(jobs: readonly ShownJob[]): readonly string[] {
  const hasKeys = jobs.some(({ keys }) => keys !== undefined);
  const titles = [...TITLES, ...(hasKeys ? KEY_TITLES : ['covers']), 'error'];
  return textGrid([titles, ...jobs.map((job) => lineOf(job, hasKeys))]);
}

/** Prints the jobs of an output. */
export async function printJobs(
  place: JobsPlace,
  { uri, generation, failed }: Omit<JobsOptions, 'ledger'> & { readonly uri: string },
  io: CommandIo,
): Promise<void> {
  const run = await readOutputJobs(place, { uri, generation }, io.signal);
  const all = await Array.fromAsync(run.jobs);
  const jobs = failed ? all.filter(({ status }) => status === 'failed') : all;
  const { runId, generation: of } = run;
  const title = `run ${runId}, generation ${of}: ${jobs.length} jobs`;
  const result = { runId, generation: of, jobs };
  await printResult(io, result, [title, ...jobLines(jobs)].join('\n'));
}

/** `jobs`: what became of each chunk of a run. */
export function jobsCommand(io: () => CommandIo): Command {
  return new Command('jobs')
    .description('print the job table of a run: its chunks, their keys, times, tries and errors')
    .argument('<output>', 'S3 URI of an output')
    .requiredOption('--ledger <table>', "name of the ledger's table")
    .option('--generation <n>', 'of the output (default: the last one)', parseCount)
    .option('--failed', 'jobs alone whose last try failed')
    .addHelpText('after', HELP)
    .action(async (uri: string, { ledger, ...options }: JobsOptions) => {
      const dynamo = createDynamoClient();
      try {
        await withS3Client((s3) =>
          printJobs({ s3, dynamo, table: ledger }, { uri, ...options }, io()),
        );
      } finally {
        dynamo.destroy();
      }
    });
}
