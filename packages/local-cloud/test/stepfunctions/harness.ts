import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Authorize } from '#local/authorization.ts';
import { Engine } from '#local/stepfunctions/engine.ts';
import type {
  ExecutionRecord,
  ExecutionStatusChange,
} from '#local/stepfunctions/execution-record.ts';
import type { HistoryEvent } from '#local/stepfunctions/history.ts';
import type { LambdaResult, Services } from '#local/stepfunctions/services.ts';
import { VirtualClock } from '#local/testing/virtual-clock.ts';

/** What a function of a test gives for an event; what it throws is the function's own error. */
type Behaviour = (event: never) => unknown;

/** An error that Lambda itself answers with. */
export class LambdaRefusal extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export interface HarnessOptions {
  readonly functions?: Readonly<Record<string, Behaviour>>;
  /** Text by `bucket/key`. */
  readonly objects?: Readonly<Record<string, string>>;
  readonly authorize?: Authorize;
  readonly random?: () => number;
  readonly directory?: string;
}

export const MACHINE_ARN = 'arn:aws:states:us-east-1:111111111111:stateMachine:tested';

async function callFunction(called: Behaviour | undefined, payload: string): Promise<LambdaResult> {
  if (!called) throw new LambdaRefusal('ResourceNotFoundException', 'Function not found');
  const answer = { statusCode: 200, executedVersion: '$LATEST' };
  try {
    const value = await called(JSON.parse(payload) as never);
    return { ...answer, payload: JSON.stringify(value ?? null) };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof LambdaRefusal) throw error;
    const thrown = JSON.stringify({ errorType: error.name, errorMessage: error.message });
    return { ...answer, payload: thrown, functionError: 'Unhandled' };
  }
}

function createServices(options: HarnessOptions, objects: Map<string, string>): Services {
  return {
    invokeLambda: (call) => callFunction(options.functions?.[call.functionName], call.payload),
    async readObject({ bucket, key }) {
      const body = objects.get(`${bucket}/${key}`);
      if (body === undefined) {
        throw Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
      }
      return (async function* () {
        yield Buffer.from(body);
      })();
    },
    async writeObject({ bucket, key, body, contentLength }) {
      if (bucket === 'forbidden') throw Object.assign(new Error('no'), { name: 'AccessDenied' });
      const bytes = await buffer(body());
      if (bytes.length !== contentLength) throw new Error(`${bytes.length} != ${contentLength}`);
      objects.set(`${bucket}/${key}`, bytes.toString());
    },
    authorize: options.authorize ?? (() => undefined),
  };
}

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stepfunctions-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** An execution that ended, and all that it left. */
export interface Ended {
  readonly record: ExecutionRecord;
  readonly events: readonly HistoryEvent[];
  readonly types: readonly string[];
  /** Parsed. */
  readonly output: unknown;
}

/** An engine with functions and objects in memory, on a virtual clock. */
export class Harness {
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly objects: Map<string, string>;
  readonly changes: ExecutionStatusChange[];

  private constructor(parts: Pick<Harness, 'engine' | 'clock' | 'objects' | 'changes'>) {
    this.engine = parts.engine;
    this.clock = parts.clock;
    this.objects = parts.objects;
    this.changes = parts.changes;
  }

  static async open(options: HarnessOptions = {}): Promise<Harness> {
    const objects = new Map(Object.entries(options.objects ?? {}));
    const clock = new VirtualClock();
    const changes: ExecutionStatusChange[] = [];
    const engine = await Engine.open({
      directory: options.directory ?? (await temporaryDirectory()),
      services: createServices(options, objects),
      clock,
      random: options.random,
      executionStatusChanged: (change) => changes.push(change),
    });
    return new Harness({ engine, clock, objects, changes });
  }

  create(states: object, fields: object = {}): void {
    const StartAt = Object.keys(states)[0];
    const definition = JSON.stringify({
      ...{ QueryLanguage: 'JSONata', StartAt, States: states },
      ...fields,
    });
    const role = { roleArn: 'arn:aws:iam::111111111111:role/tested', roleAccessKeyId: 'AKIDROLE' };
    this.engine.createStateMachine({ name: 'tested', arn: MACHINE_ARN, definition, ...role });
  }

  async run(states: object, input: unknown = {}, fields: object = {}): Promise<Ended> {
    this.create(states, fields);
    const { executionArn } = await this.engine.startExecution({
      stateMachineArn: MACHINE_ARN,
      input: JSON.stringify(input),
    });
    return this.end(executionArn);
  }

  /** Waits for the end. */
  async end(executionArn: string): Promise<Ended> {
    const record = await this.engine.settled(executionArn);
    const events: HistoryEvent[] = [];
    for await (const event of this.engine.store.events(executionArn)) events.push(event);
    const types = events.map(({ type }) => type);
    const output = record.output === undefined ? undefined : JSON.parse(record.output);
    return { record, events, types, output };
  }

  async redrive(executionArn: string): Promise<Ended> {
    await this.engine.redriveExecution(executionArn);
    return this.end(executionArn);
  }

  json(place: string): unknown {
    return JSON.parse(this.objects.get(place) ?? 'null');
  }
}

/** A task that calls `name` with its input. */
export const task = (name: string, fields: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: name, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  End: true,
  ...fields,
});

/** A Distributed Map whose children are one state. */
export const map = (state: object, fields: object = {}) => ({
  Type: 'Map',
  Label: 'Mapped',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Child',
    States: { Child: state },
  },
  End: true,
  ...fields,
});

export const PASS = { Type: 'Pass', End: true };
