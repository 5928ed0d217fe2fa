import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
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

/** Makes a command that writes where the program does. */
type CreateCommand = (io: () => CommandIo) => Command;

/** Each is loaded only where it is asked for: all of them take a while. */
const COMMANDS: Readonly<Record<string, () => Promise<CreateCommand>>> = {
  run: async () => (await import('./commands/run.ts')).runCommand,
  watch: async () => (await import('./commands/watch.ts')).watchCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  redrive: async () => (await import('./commands/redrive.ts')).redriveCommand,
  cancel: async () => (await import('./commands/cancel.ts')).cancelCommand,
  plan: async () => (await import('./commands/plan.ts')).planCommand,
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand,
  prices: async () => (await import('./commands/prices.ts')).pricesCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  slice: async () => (await import('./commands/slice.ts')).sliceCommand,
  inspect: async () => (await import('./commands/inspect.ts')).inspectCommand,
  infer: async () => (await import('./commands/infer.ts')).inferCommand,
  export: async () => (await import('./commands/export.ts')).exportCommand,
  verify: async () => (await import('./commands/verify.ts')).verifyCommand,
  assemble: async () => (await import('./commands/assemble.ts')).assembleCommand,
  jobs: async () => (await import('./commands/jobs.ts')).jobsCommand,
  prune: async () => (await import('./commands/prune.ts')).pruneCommand,
  local: async () => (await import('./commands/local.ts')).localCommand,
};

/** The command that is asked for; all of them where none is, as their list is wanted then. */
async function askedCommands(args: readonly string[]): Promise<CreateCommand[]> {
  const name = args.find((arg) => !arg.startsWith('-')) ?? '';
  const asked = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS);
  return await Promise.all(asked.map((load) => load()));
}

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

function createProgram(
  environment: Environment,
  commands: readonly CreateCommand[],
): { program: Command; io: () => CommandIo } {
  const program = new Command('sparse-fanout')
    .description(DESCRIPTION)
    .version(manifest.version)
    .option('--json', 'print results and errors as JSON objects')
    .addHelpText('after', EXAMPLES);
  const io = () => ({ ...environment, json: program.opts()['json'] === true });
  for (const create of commands) program.addCommand(create(io));
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
  const { program, io } = createProgram(environment, await askedCommands(args));
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const helped = error instanceof CommanderError && error.exitCode === 0;
    return helped ? 0 : await printError(missingPackage(error) ?? error, io());
  }
}
