import type { Json, JsonObject } from './json.ts';

/** A checked state machine, or the part of one that a map's children run. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  /** Of the whole execution. */
  readonly timeoutSeconds?: number;
}

/** Where a state leads: another state's name, or undefined for the end. */
export type Next = string | undefined;

/** One entry of `Retry`, defaults filled in. */
export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly jitterStrategy: 'FULL' | 'NONE';
}

/** What a transition may change: JSONata templates, undefined where absent. */
export interface Transformation {
  readonly output?: Json;
  readonly assign?: JsonObject;
}

/** One entry of `Catch`. */
export interface Catcher extends Transformation {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

interface Named extends Transformation {
  readonly name: string;
}

/** A state that fails by name and may recover. */
interface Recoverable {
  readonly retry: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

/** Invokes a Lambda function through `arn:aws:states:::lambda:invoke`. */
export interface TaskState extends Named, Recoverable {
  readonly type: 'Task';
  readonly next: Next;
  /** `FunctionName` and `Payload`, or one expression that gives them. */
  readonly arguments: Json;
  readonly timeoutSeconds?: Json;
}

/** Passes its input on. */
interface PassState extends Named {
  readonly type: 'Pass';
  readonly next: Next;
}

/** Waits for seconds or until a time. */
export interface WaitState extends Named {
  readonly type: 'Wait';
  readonly next: Next;
  readonly seconds?: Json;
  readonly timestamp?: Json;
}

/** One rule of a Choice. */
export interface ChoiceRule extends Transformation {
  readonly condition: Json;
  readonly next: string;
}

/** Takes the first rule whose condition holds. */
export interface ChoiceState extends Named {
  readonly type: 'Choice';
  readonly choices: readonly ChoiceRule[];
  readonly defaultNext?: string;
}

/** Ends the execution well. */
interface SucceedState extends Named {
  readonly type: 'Succeed';
}

/** Ends the execution with an error. */
export interface FailState extends Named {
  readonly type: 'Fail';
  readonly error?: Json;
  readonly cause?: Json;
}

/** Reads a map's items out of one S3 object. */
export interface ItemReader {
  readonly arguments: Json;
  readonly inputType: 'JSON' | 'JSONL';
  readonly maxItems?: Json;
  /** JSON pointer to the array inside the document. */
  readonly itemsPointer?: string;
}

/** Puts several items into one child. */
export interface ItemBatcher {
  readonly maxItemsPerBatch?: Json;
  readonly maxInputBytesPerBatch?: Json;
  readonly batchInput?: Json;
}

/** Shapes a map's results, and exports them where `arguments` say. */
export interface ResultWriter {
  /** `Bucket` and `Prefix`; undefined when the results stay in the state's output. */
  readonly arguments?: Json;
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
  readonly outputType: 'JSON' | 'JSONL';
}

/** A Distributed Map. */
export interface MapState extends Named, Recoverable {
  readonly type: 'Map';
  readonly next: Next;
  readonly processor: Machine;
  readonly executionType: 'STANDARD' | 'EXPRESS';
  readonly label?: string;
  readonly items?: Json;
  readonly itemReader?: ItemReader;
  readonly itemSelector?: Json;
  readonly itemBatcher?: ItemBatcher;
  readonly resultWriter?: ResultWriter;
  readonly maxConcurrency?: Json;
  readonly toleratedFailureCount?: Json;
  readonly toleratedFailurePercentage?: Json;
}

/** Any state that this executor runs. */
export type State =
  | TaskState
  | PassState
  | WaitState
  | ChoiceState
  | SucceedState
  | FailState
  | MapState;
