import { Command, Option } from 'commander';
import { addDeploymentOptions } from '#cli/deployment/deployment-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { addRequestOption } from '#cli/options/request-file.ts';
import { addRunOptions, addRunTableOptions } from '#cli/options/run-options.ts';
import { addTransformOption } from '#cli/options/transform-option.ts';
import type { RunOptions } from '#cli/runs/run-options.ts';
import { OUTPUT_MODES } from '#core/outputs/output-place.ts';

const HELP = `
Uploads files and folders into the source bucket first, unless they are there; objects in S3 are
named by their URIs. Ctrl-C detaches: the run goes on.

Examples:
  $ npx sparse-fanout run s3://bucket/matrix.npz
  $ npx sparse-fanout run matrix.npz --compression gzip --stack SparseFanout
  $ npx sparse-fanout run request.json --detach --state-machine arn:aws:states:…:stateMachine:…
  $ npx sparse-fanout run matrix.npz --local .sparse-fanout/up
  $ npx sparse-fanout --json run events.csv --schema schema.json --files 4 --timeout 600

Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 still running after --timeout, 130 detached.
`;

/** `run`: a request on a deployment, from files or objects to the manifest. */
export function runCommand(io: () => CommandIo): Command {
  const run = new Command('run')
    .description('start a run on a deployment and watch it: of files, objects, or a request')
    .argument('[source...]', 'file, folder or s3:// URI; or request.json')
    .option('--output-uri <s3 uri>', 'where to write (default: as the request or Plan says)')
    .addOption(
      new Option(
        '--mode <mode>',
        'rows that are there: none, come before, or are replaced (default: create)',
      ).choices(OUTPUT_MODES),
    )
    .option('--concurrency <n>', 'writers at once', parseCount)
    .option('--detach', 'start it, and do not watch')
    .option('--timeout <seconds>', 'watch for so long at most', parseCount);
  const withRequest = addRequestOption(
    addTransformOption(addRunTableOptions(addRunOptions(run, '--text-profile'))),
  );
  return addDeploymentOptions(withRequest)
    .addHelpText('after', HELP)
    .action(async (locations: readonly string[], options: RunOptions) => {
      // Loaded only here, as the clients take a while to load.
      const { startRun } = await import('#cli/runs/start-run.ts');
      await startRun(locations, options, io());
    });
}
