import type { Next, State, Transformation } from './definition.ts';
import { runtimeError, StatesError } from './errors.ts';
import { evaluate, evaluateObject } from './expressions.ts';
import type { Json, JsonObject } from './json.ts';
import { serializePayload } from './payload-limit.ts';
import { findCatcher, Retries } from './retry.ts';
import { bindingsOf, type Run, type StartingPoint, type StateVisit } from './run.ts';
import { runChoice, runFail, runTask, runWait, type Step } from './states.ts';

/** What a state hands on. */
interface Exit {
  readonly next: Next;
  readonly output: Json;
  readonly outputText: string;
  readonly assigned: JsonObject;
}

/**
 * Evaluates `Output` and `Assign` of one transition; both see the variables as they were before.
 */
async function transform(run: Run, visit: StateVisit<State>, step: Step): Promise<Exit> {
  const bindings = bindingsOf(run, visit, step.seen);
  const { output, assign }: Transformation = step.transformation;
  const handedOn = output === undefined ? step.result : await evaluate(output, bindings, 'Output');
  const assigned = assign === undefined ? {} : await evaluateObject(assign, bindings, 'Assign');
  const { name } = visit.state;
  serializePayload(assigned, name);
  return {
    next: step.next,
    output: handedOn,
    outputText: serializePayload(handedOn, name),
    assigned,
  };
}

async function perform(run: Run, visit: StateVisit<State>): Promise<Step> {
  const { state, input } = visit;
  switch (state.type) {
    case 'Task':
      return runTask(run, { ...visit, state });
    case 'Map': {
      const result = await run.runtime.runMap(run, { ...visit, state });
      return { next: state.next, result, seen: { result }, transformation: state };
    }
    case 'Choice':
      return runChoice(run, { ...visit, state });
    case 'Wait':
      await runWait(run, { ...visit, state });
      return { next: state.next, result: input, transformation: state };
    case 'Pass':
      return { next: state.next, result: input, transformation: state };
    case 'Succeed':
      return { next: undefined, result: input, transformation: state };
    case 'Fail':
      throw await runFail(run, { ...visit, state });
  }
}

/** Gives a failure the wording that names the state, and records it where AWS does. */
function recordFailure(run: Run, visit: StateVisit<State>, failure: StatesError): StatesError {
  const { error, reason, traits } = failure;
  const place = `the state '${visit.state.name}' (entered at the event id #${visit.enteredEventId})`;
  const cause = traits.namesState
    ? `An error occurred while executing ${place}. ${reason}`
    : reason;
  if (traits.evaluation) {
    const state = visit.state.name;
    const details = { error: error ?? null, cause: cause ?? null, state };
    run.history.add('EvaluationFailed', { ...details, ...traits.evaluation });
  }
  if (visit.state.type === 'Map' && !traits.terminal) run.history.add('MapStateFailed');
  return new StatesError(error, cause, { terminal: traits.terminal ?? false, cause: failure });
}

/** The transition of the catcher that takes a failure; undefined when none does. */
function catcherStep(visit: StateVisit<State>, failure: StatesError): Step | undefined {
  const { state } = visit;
  const catcher = 'catchers' in state ? findCatcher(state.catchers, failure) : undefined;
  if (catcher === undefined) return undefined;
  const errorOutput = { Error: failure.error ?? '', Cause: failure.reason ?? '' };
  return {
    next: catcher.next,
    result: errorOutput,
    seen: { errorOutput },
    transformation: catcher,
  };
}

/** One attempt. Gives the failure, once it is recorded, where Retry and Catch may take it. */
async function attempt(run: Run, visit: StateVisit<State>): Promise<Exit | StatesError> {
  try {
    return await transform(run, visit, await perform(run, visit));
  } catch (error) {
    if (error instanceof StatesError) return recordFailure(run, visit, error);
    throw error;
  }
}

/** The way out through a catcher. @throws {StatesError} none takes the failure. */
async function recover(run: Run, visit: StateVisit<State>, failure: StatesError): Promise<Exit> {
  const step = catcherStep(visit, failure);
  if (step === undefined) throw failure;
  try {
    return await transform(run, visit, step);
  } catch (error) {
    throw error instanceof StatesError ? recordFailure(run, visit, error) : error;
  }
}

/** One visit: attempts and retries, then the way out by the fields of the state or of a catcher. */
async function runVisit(run: Run, first: StateVisit<State>): Promise<Exit> {
  const { clock, random } = run.runtime;
  const recoverable = 'retry' in first.state ? first.state.retry : undefined;
  const retries = new Retries(recoverable ?? [], random);
  for (let visit = first; ; visit = { ...first, mapRunArn: undefined }) {
    const counted = recoverable ? { ...visit, retryCount: retries.count } : visit;
    const exit = await attempt(run, counted);
    if (!(exit instanceof StatesError)) return exit;
    const delay = retries.next(exit);
    if (delay === undefined) return await recover(run, counted, exit);
    await clock.sleep(delay, run.signal);
  }
}

function enter(run: Run, state: State, point: StartingPoint): StateVisit<State> {
  const enteredAt = run.runtime.clock.now();
  const { input, variables, mapRunArn } = point;
  const enteredEventId =
    point.enteredEventId ??
    run.history.add(`${state.type}StateEntered`, {
      name: state.name,
      input: JSON.stringify(input),
      inputDetails: { truncated: false },
    });
  return { state, input, variables, enteredEventId, enteredAt, mapRunArn };
}

function recordExit(run: Run, state: State, exit: Exit): void {
  const assigned = Object.entries(exit.assigned).map(([name, value]) => [
    name,
    JSON.stringify(value),
  ]);
  run.history.add(`${state.type}StateExited`, {
    name: state.name,
    output: exit.outputText,
    outputDetails: { truncated: false },
    ...(assigned.length > 0 && {
      assignedVariables: Object.fromEntries(assigned),
      assignedVariablesDetails: { truncated: false },
    }),
  });
}

/**
 * Goes from state to state until one ends the execution.
 *
 * @returns the output, JSON text of at most 256 KiB.
 * @throws {StatesError} the execution failed.
 * @throws {ExecutionInterrupted} its signal was aborted.
 */
export async function interpret(run: Run, start: StartingPoint): Promise<string> {
  let point = start;
  for (;;) {
    run.signal.throwIfAborted();
    const state = run.machine.states.get(point.state);
    if (state === undefined) throw runtimeError(`there is no state ${point.state}`);
    const exit = await runVisit(run, enter(run, state, point));
    recordExit(run, state, exit);
    if (exit.next === undefined) return exit.outputText;
    const variables = { ...point.variables, ...exit.assigned };
    point = { state: exit.next, input: exit.output, variables };
  }
}
