import { stateMachineName } from './arns.ts';
import type { Machine } from './definition.ts';
import type { History } from './history.ts';
import type { Json, JsonObject } from './json.ts';
import type { Run, StatesRuntime } from './run.ts';

/** Who and what an execution is. */
export interface Identity {
  readonly name: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly roleArn: string;
  /** The role's. */
  readonly accessKeyId: string;
  readonly input: Json;
  /** Milliseconds since 1970. */
  readonly startDate: number;
  readonly redriveCount: number;
}

function contextOf(identity: Identity): JsonObject {
  return {
    Execution: {
      Id: identity.executionArn,
      Input: identity.input,
      Name: identity.name,
      RoleArn: identity.roleArn,
      StartTime: new Date(identity.startDate).toISOString(),
      RedriveCount: identity.redriveCount,
    },
    StateMachine: {
      Id: identity.stateMachineArn,
      Name: stateMachineName(identity.stateMachineArn),
    },
  };
}

/** Puts a run together; nothing happens yet. */
export function createRun(
  runtime: StatesRuntime,
  identity: Identity,
  parts: { readonly machine: Machine; readonly history: History; readonly signal: AbortSignal },
): Run {
  const { executionArn, stateMachineArn, roleArn, accessKeyId } = identity;
  const context = contextOf(identity);
  return { runtime, executionArn, stateMachineArn, roleArn, accessKeyId, context, ...parts };
}

/** Details of the event `ExecutionStarted`. */
export function executionStarted(identity: Identity, input: string): JsonObject {
  return { input, inputDetails: { truncated: false }, roleArn: identity.roleArn };
}
