import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { assembleCommand } from './commands/assemble.ts';
import { cancelCommand } from './commands/cancel.ts';
import { exportCommand } from './commands/export.ts';
import { inferCommand } from './commands/infer.ts';
import { inspectCommand } from './commands/inspect.ts';
import { jobsCommand } from './commands/jobs.ts';
import { localCommand } from './commands/local.ts';
import { planCommand } from './commands/plan.ts';
import { pricesCommand } from './commands/prices.ts';
import { pruneCommand } from './commands/prune.ts';
import { redriveCommand } from './commands/redrive.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { simulateCommand } from './commands/simulate.ts';
import { sliceCommand } from './commands/slice.ts';
import { statusCommand } from './commands/status.ts';
import { verifyCommand } from './commands/verify.ts';
import { watchCommand } from './commands/watch.ts';
import type { CommandIo, Environment } from './frame/command-io.ts';
import { missingPackage } from './frame/missing-package.ts';
import { printError } from './frame/print-error.ts';

const DESCRIPTION =
  'Fans a massive sparse matrix or table out into ordered files, and proves that every row is there once and in order.';

const EXAMPLES = `
Examples:
  $ npx sparse-fanout inspect matrix.npz
  $ npx sparse-fanout export matrix.npz --out chunks
  $ npx sparse-fanout local run matrix.npz --out chunks
  $ npx sparse-fanout verify chunks --source matrix.npz
  $ npx sparse-fanout slice matrix.npz --rows 0:10

Exit codes: 0 done, 1 the job failed or the source is bad, 2 wrong usage, 3 what was asked about
still runs, 130 stopped by Ctrl-C. NO_COLOR is honored.
`;

const COMMANDS = [
  ...[runCommand, watchCommand, statusCommand, redriveCommand, cancelCommand],
  ...[planCommand, simulateCommand, pricesCommand, reportCommand],
  ...[sliceCommand, inspectCommand, inferCommand],
  ...[exportCommand, verifyCommand, assembleCommand, jobsCommand, pruneCommand, localCommand],
];

/** Subcommands do not inherit these settings of the program, so each gets its own. */
function configure(command: Command, environment: Environment): void {
  command
    .exitOverride()
    .showHelpAfterError(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      writeErr: (text) => environment.stderr.write(text),
      outputError: () => undefined,
    });
  for (const child of command.commands) configure(child, environment);
}

function createProgram(environment: Environment): { program: Command; io: () => CommandIo } {
  const program = new Command('sparse-fanout')
    .description(DESCRIPTION)
    .version(manifest.version)
    .option('--json', 'print results and errors as JSON objects')
    .addHelpText('after', EXAMPLES);
  const io = () => ({ ...environment, json: program.opts()['json'] === true });
  for (const create of COMMANDS) program.addCommand(create(io));
  configure(program, environment);
  return { program, io };
}

/**
 * Runs one command line.
 *
 * @param args without the names of the interpreter and the script.
 * @returns the exit code: 0 done, 1 the job failed or the source is bad, 2 wrong usage, 3 what was
 * asked about still runs, 130 Ctrl-C.
 */
export async function main(args: readonly string[], environment: Environment): Promise<number> {
  const { program, io } = createProgram(environment);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const helped = error instanceof CommanderError && error.exitCode === 0;
    return helped ? 0 : await printError(missingPackage(error) ?? error, io());
  }
}
