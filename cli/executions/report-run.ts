import type { Deployment } from '#cli/deployment/deployment.ts';
import { type CommandIo, write } from '#cli/frame/command-io.ts';
import { EXIT_INTERRUPTED, EXIT_RUNNING, Exit } from '#cli/frame/exit.ts';
import { createProgress, type Progress } from '#cli/frame/progress.ts';
import { ProgressMeter } from '#cli/frame/progress-meter.ts';
import { ExecutionFailed } from './execution-failed.ts';
import { failedChildren } from './failed-children.ts';
import { followRun } from './follow-run.ts';
import { progressEvent, type RunEvent, stageOf, startedEvent } from './run-events.ts';
import { resultLines, runResult } from './run-result.ts';
import type { RunState } from './run-watcher.ts';

/** An execution that is shown. */
export interface ShownExecution {
  readonly deployment: Deployment;
  readonly executionArn: string;
  readonly timeoutSeconds?: number | undefined;
}

/** How the command line is called in lines to paste. */
const PROGRAM = 'npx sparse-fanout';

/** A line to paste that does something else with an execution. */
export function pasteLine(
  command: string,
  { deployment, executionArn }: Pick<ShownExecution, 'deployment' | 'executionArn'>,
): string {
  const { words } = deployment;
  const name = executionArn.split(':').at(-1);
  return `${PROGRAM} ${command} ${name}${words === '' ? '' : ` ${words}`}`;
}

/** Shows an execution while it runs: a display for people, lines of JSON for programs. */
class RunReporter {
  readonly #io: CommandIo;
  readonly #shown: ShownExecution;
  readonly #progress: Progress;
  readonly #meter = new ProgressMeter();
  #isStarted = false;
  #runId: string | undefined;

  constructor(io: CommandIo, shown: ShownExecution) {
    this.#io = io;
    this.#shown = shown;
    this.#progress = createProgress(io);
  }

  async emit(event: RunEvent): Promise<void> {
    if (this.#io.json) await write(this.#io.stdout, `${JSON.stringify(event)}\n`);
  }

  async show(state: RunState): Promise<void> {
    const stage = stageOf(state);
    const figures = this.#meter.add(stage, performance.now());
    if (!this.#isStarted) await this.emit(startedEvent(this.#shown.executionArn, state));
    this.#isStarted = true;
    if (state.view.status !== 'RUNNING') return;
    const { planned } = state.view;
    if (planned !== undefined && planned.runId !== this.#runId) {
      this.#runId = planned.runId;
      this.#progress.say(`running ${planned.runId}`);
    }
    this.#progress.show(stage);
    await this.emit(progressEvent(state, figures, new Date().toISOString()));
  }

  stop(): void {
    this.#progress.stop();
  }
}

/** Says how to go on with an execution that is left to itself. */
async function detach(io: CommandIo, shown: ShownExecution): Promise<never> {
  const { executionArn } = shown;
  const [watch, cancel] = [pasteLine('watch', shown), pasteLine('cancel', shown)];
  const lines = [
    `detached; the execution goes on: ${executionArn}`,
    `watch it:  ${watch}`,
    `cancel it: ${cancel}`,
  ];
  const detached = { executionArn, watch, cancel };
  await write(io.stderr, `${io.json ? JSON.stringify({ detached }) : lines.join('\n')}\n`);
  throw new Exit(EXIT_INTERRUPTED);
}

/** Prints how an execution ended. @throws {ExecutionFailed} without success. */
async function conclude(
  io: CommandIo,
  shown: ShownExecution,
  reporter: RunReporter,
  state: RunState,
): Promise<void> {
  const { deployment, executionArn } = shown;
  const { view } = state;
  const isFailed = view.error !== undefined && view.mapRunArn !== undefined;
  // Not by the signal: this is the end, and a second Ctrl-C ends the process at once.
  const failed = isFailed
    ? await failedChildren(deployment.clients.states, view.mapRunArn, new AbortController().signal)
    : [];
  for (const failure of failed) await reporter.emit({ event: 'failure', ...failure });
  const result = runResult(executionArn, state, new Date());
  await reporter.emit({ event: 'result', ...result });
  if (!io.json && view.error === undefined) {
    await write(io.stdout, `${resultLines(result).join('\n')}\n`);
  }
  if (view.status === 'RUNNING') throw new Exit(EXIT_RUNNING);
  if (view.error === undefined) return;
  const [first] = failed;
  const child = first ?? view.error;
  const where = first?.chunk == null ? '' : `chunk ${first.chunk}: `;
  const next = `go on: ${pasteLine('redrive', shown)}`;
  throw new ExecutionFailed(child.name, `${where}${child.message}; ${next}`, executionArn);
}

/**
 * Shows an execution until it has ended, and prints how. Ctrl-C leaves it to itself.
 *
 * @throws {ExecutionFailed} it did not succeed.
 * @throws {Exit} it still runs when the time is up, or by Ctrl-C.
 */
export async function reportRun(shown: ShownExecution, io: CommandIo): Promise<void> {
  const { deployment, executionArn, timeoutSeconds } = shown;
  const reporter = new RunReporter(io, shown);
  let state: RunState;
  try {
    state = await followRun(deployment.clients.states, executionArn, {
      onState: (seen) => reporter.show(seen),
      timeoutSeconds,
      signal: io.signal,
    });
  } catch (error) {
    reporter.stop();
    if (!io.signal.aborted) throw error;
    return await detach(io, shown);
  }
  reporter.stop();
  await conclude(io, shown, reporter, state);
}
