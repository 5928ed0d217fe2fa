import type { Clock } from './clock.ts';
import type { Machine, MapState } from './definition.ts';
import type { Bindings } from './expressions.ts';
import type { History } from './history.ts';
import type { Json, JsonObject } from './json.ts';
import type { Random } from './random.ts';
import type { Services } from './services.ts';

/** What all executions of an engine share. */
export interface StatesRuntime {
  readonly services: Services;
  readonly clock: Clock;
  readonly random: Random;
  /** What `createFunctions` gives. */
  readonly functions: Bindings;
  /** Runs a Distributed Map and gives its result. @throws {StatesError} */
  readonly runMap: (run: Run, visit: StateVisit<MapState>) => Promise<Json>;
}

/** One execution on its way. */
export interface Run {
  readonly runtime: StatesRuntime;
  readonly machine: Machine;
  readonly executionArn: string;
  /** Of the machine; for a map's children it ends with the map's label. */
  readonly stateMachineArn: string;
  readonly roleArn: string;
  /** Of the role. */
  readonly accessKeyId: string;
  readonly history: History;
  /** Aborted with an ExecutionInterrupted. */
  readonly signal: AbortSignal;
  /** `Execution` and `StateMachine` of the context object. */
  readonly context: JsonObject;
}

/** Where an execution begins, or goes on when it is redriven. */
export interface StartingPoint {
  readonly state: string;
  readonly input: Json;
  readonly variables: JsonObject;
  /** The state was entered before, by this event: it is not entered again. */
  readonly enteredEventId?: number;
  /** The map run that the state started before it failed. */
  readonly mapRunArn?: string;
}

/** One visit to a state. */
export interface StateVisit<Of> {
  readonly state: Of;
  readonly input: Json;
  readonly variables: JsonObject;
  readonly enteredEventId: number;
  /** Milliseconds since 1970. */
  readonly enteredAt: number;
  /** Retries so far; undefined for states that cannot retry. */
  readonly retryCount?: number;
  /** A map run to go on with. */
  readonly mapRunArn?: string;
}

/** `$states.context` during a visit. */
export function contextObject<Of extends { readonly name: string }>(
  run: Run,
  visit: StateVisit<Of>,
): JsonObject {
  const retries: JsonObject =
    visit.retryCount === undefined ? {} : { RetryCount: visit.retryCount };
  const entered = new Date(visit.enteredAt).toISOString();
  return { ...run.context, State: { Name: visit.state.name, EnteredTime: entered, ...retries } };
}

/** What expressions of a state see. @param extra further members of `$states`, such as `result`. */
export function bindingsOf<Of extends { readonly name: string }>(
  run: Run,
  visit: StateVisit<Of>,
  extra: JsonObject = {},
): Bindings {
  const states = { input: visit.input, context: contextObject(run, visit), ...extra };
  return { ...run.runtime.functions, ...visit.variables, states };
}
