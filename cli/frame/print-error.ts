import { inspect } from 'node:util';
import { LocalCloudNotRunning } from '@sparse-fanout/local-cloud/state-directory.ts';
import { CommanderError } from 'commander';
import { AwsSetupError } from '#cli/deployment/setup-error.ts';
import { RunNotFound } from '#cli/executions/run-not-found.ts';
import { RequestError } from '#core/errors.ts';
import { type CommandIo, ReaderGone, write } from './command-io.ts';
import { EXIT_INTERRUPTED, Exit } from './exit.ts';
import { UsageError } from './usage-error.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Set to see where an error comes from; without it no stack trace is ever printed. */
const DEBUG_VARIABLE = 'SPARSE_FANOUT_DEBUG';

/** Errors of a wrong command line. */
const USAGE_ERRORS = [
  ...[CommanderError, UsageError, RequestError],
  ...[AwsSetupError, LocalCloudNotRunning, RunNotFound],
];

/** The same by its name: where the local cloud is a package of its own, the class is its own. */
const IN_USE = 'StateDirectoryInUse';

function isUsageError(error: unknown): boolean {
  if (error instanceof Error && error.name === IN_USE) return true;
  return USAGE_ERRORS.some((kind) => error instanceof kind);
}

interface Failure {
  readonly name: string;
  readonly message: string;
}

/** Errors of the file system, by code, in words for people. */
const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read or written by this user',
  EISDIR: 'is a directory',
  ENOTDIR: 'is not a directory',
  ENOSPC: 'lies on a disk that is full',
};

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, '; ').trim();
}

function failureOf(error: unknown, { signal }: CommandIo): Failure {
  if (signal.aborted) return { name: 'Interrupted', message: 'stopped before it was done' };
  if (error instanceof CommanderError && error.code === 'commander.help') {
    return { name: 'UsageError', message: 'a command is missing; --help shows them all' };
  }
  if (error instanceof CommanderError) {
    // What was meant stands in brackets on a line of its own.
    const said = error.message.replace(/^error: /, '').replace('\n(', ' (');
    return { name: 'UsageError', message: oneLine(said) };
  }
  if (!(error instanceof Error)) return { name: 'Error', message: oneLine(String(error)) };
  const { code, path } = error as NodeJS.ErrnoException;
  const problem = FILE_PROBLEMS[code ?? ''];
  if (problem !== undefined && path !== undefined) {
    return { name: 'FileError', message: `${path} ${problem}` };
  }
  return { name: error.name, message: oneLine(error.message) };
}

function exitCodeOf(error: unknown, { signal }: CommandIo): number {
  if (signal.aborted) return EXIT_INTERRUPTED;
  return isUsageError(error) ? EXIT_USAGE : EXIT_FAILED;
}

/**
 * Prints on one line of stderr what went wrong, as `error: <Name>: <sentence>`, or as an object
 * with `--json`. It is no failure if the reader of stdout has closed it, as `head` does.
 *
 * @returns the exit code: 1 the job failed or the source is bad, 2 wrong usage, 130 Ctrl-C.
 */
export async function printError(error: unknown, io: CommandIo): Promise<number> {
  if (error instanceof ReaderGone) return 0;
  if (error instanceof Exit) return error.code;
  const failure = failureOf(error, io);
  const line = io.json
    ? JSON.stringify({ error: failure })
    : `error: ${failure.name}: ${failure.message}`;
  await write(io.stderr, `${line}\n`);
  if (process.env[DEBUG_VARIABLE] !== undefined) {
    await write(io.stderr, `${inspect(error)}\n`);
  }
  return exitCodeOf(error, io);
}
