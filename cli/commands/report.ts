import { Command } from 'commander';
import { withDeployment } from '#cli/deployment/deployment.ts';
import {
  addDeploymentOptions,
  type DeploymentOptions,
} from '#cli/deployment/deployment-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { parseCount } from '#cli/options/argument-parsers.ts';
import type { ReportRequest } from '#cli/report/write-report.ts';

const HELP = `
Writes one HTML file about a run, without script: how it stands, its writers over time, each chunk
and try, sizes, memory, predicted and used, cost, checks, and failures with the lines that
reproduce them. It works for a run that is under way, too.

Examples:
  $ npx sparse-fanout report latest
  $ npx sparse-fanout report s3://my-output/daily/ --generation 2 --out tuesday.html
  $ npx sparse-fanout report latest --local .sparse-fanout/up
`;

type ReportOptions = DeploymentOptions & Omit<ReportRequest, 'run'>;

/** `report`: one HTML file about a run. */
export function reportCommand(io: () => CommandIo): Command {
  const report = new Command('report')
    .description(
      'write one HTML file about a run: course, chunks and tries, cost, checks, failures',
    )
    .argument('[run]', 'run id, execution name or ARN, output URI, or latest', 'latest')
    .option('--out <file>', 'file to write (default: report-<run id>.html)')
    .option('--generation <n>', 'of an output URI (default: the last one)', parseCount);
  return addDeploymentOptions(report)
    .addHelpText('after', HELP)
    .action(async (run: string, options: ReportOptions) => {
      // Loaded only here: no other command draws.
      const { writeReport } = await import('#cli/report/write-report.ts');
      const { out, generation } = options;
      const asked = { run, ...(out && { out }), ...(generation && { generation }) };
      await withDeployment(options, (deployment) => writeReport(deployment, asked, io()), run);
    });
}
