/**
 * `npm run campaign -- <name> [args]`, or `--list`: one of the checks that `npm test` has no time
 * for.
 */
import { Command } from 'commander';
import { CAMPAIGNS, type Campaign } from './campaigns.ts';

const WRONG_USAGE = 2;

function listed({ name, proves, takes, needs, args }: Campaign): string {
  const command = ['npm run campaign --', name, ...(args === undefined ? [] : [args])].join(' ');
  const needed = needs === undefined ? [] : [`needs ${needs}`];
  return [command, proves, `takes ${takes}`, ...needed].join('\n    ');
}

const program = new Command('campaign')
  .usage('[--list] <name> [args]')
  .description('Runs a campaign: a check that takes too long for npm test.')
  .argument('[name]', 'which one')
  .argument('[args...]', 'handed on to it; --help shows its own options where it has any')
  .option('--list', 'say what each proves, how long it takes and what it needs')
  .passThroughOptions()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE))
  .parse();
const [name, ...args] = program.args;
const campaign = CAMPAIGNS.find((one) => one.name === name);
if (program.opts<{ readonly list?: true }>().list) {
  process.stdout.write(`${CAMPAIGNS.map(listed).join('\n\n')}\n`);
} else if (campaign === undefined) {
  const asked = name === undefined ? 'no campaign is named' : `there is no campaign ${name}`;
  const names = CAMPAIGNS.map((one) => one.name).join(', ');
  process.stderr.write(`error: ${asked}; choose one of ${names}\n`);
  process.exitCode = WRONG_USAGE;
} else {
  // In this process, so that Ctrl-C and the exit code are the campaign's own.
  process.argv.splice(2, Infinity, ...args);
  await campaign.start();
}
