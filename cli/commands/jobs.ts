import { Command } from 'commander';
import { createDynamoClient } from '#aws/clients/dynamo.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { printJobs } from '#cli/jobs/print-jobs.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { withS3Client } from '#cli/sources/s3-client.ts';

const HELP = `
Prints the job table of a run from the ledger: of each chunk that was started what it covers, where
keys are whole the first, the last and their number, when its last try started and it finished, how
many tries there were, and why the last one failed. The name of the ledger's table is the output
LedgerTableName of the stack.

Examples:
  $ npx sparse-fanout jobs s3://my-output/daily/ --ledger Stack-LedgerTable-ABC
  $ npx sparse-fanout jobs s3://my-output/daily/ --ledger Stack-LedgerTable-ABC --failed
  $ npx sparse-fanout --json jobs s3://my-output/daily/ --ledger Stack-LedgerTable-ABC
`;

interface JobsOptions {
  readonly ledger: string;
  readonly generation?: number;
  readonly failed?: true;
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
