import { goldenPath } from '#support/golden.ts';
import { runHere, runShell } from '#test/cli/run-command.ts';

function commandLine(file: string, args: readonly string[]): string {
  return `local run ${goldenPath(file)} ${args.join(' ')}`;
}

/** Runs a golden matrix by `local run` in this process, which has loaded it already. */
export function runLocally(file: string, ...args: string[]) {
  return runHere(commandLine(file, args).split(' '));
}

/** Runs a golden matrix by `local run` as users start it. */
export function runAsProcess(file: string, ...args: string[]) {
  return runShell(`cli ${commandLine(file, args)}`);
}
