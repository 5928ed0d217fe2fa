import { randomUUID } from 'node:crypto';
import { StatesError } from './errors.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from './json.ts';
import { dataLimitExceeded, isOversized } from './payload-limit.ts';
import type { LambdaResult, Services } from './services.ts';

/** A function to invoke and the event for it. */
export interface Invocation {
  readonly functionName: string;
  /** JSON text. */
  readonly payload: string;
}

/** A null or absent payload reaches the function as `{}`; a string is JSON text already. */
function payloadText(payload: Json | undefined): string {
  if (payload === undefined || payload === null) return '{}';
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

/**
 * Reads the evaluated `Arguments` of a task.
 *
 * @throws {StatesError} a terminal `States.Runtime`: no function name, or a field that is not
 *   implemented here.
 */
export function parseInvocation(taken: Json): Invocation {
  const { FunctionName, Payload, ...others } = isJsonObject(taken) ? taken : {};
  const [other] = Object.keys(others);
  if (other !== undefined) {
    const reason = `Arguments.${other} of lambda:invoke is not implemented by the local Step Functions`;
    throw new StatesError('States.Runtime', reason, { terminal: true, namesState: true });
  }
  if (typeof FunctionName !== 'string') {
    const reason = "The field 'FunctionName' is required but was missing";
    throw new StatesError('States.Runtime', reason, { terminal: true, namesState: true });
  }
  return { functionName: FunctionName, payload: payloadText(Payload) };
}

/** Lambda's answers to calls that never reached the function. */
const EXCEPTION = /Exception$/;

function invocationError(thrown: unknown): StatesError {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  // Errors that the integration does not know by name appear under one of these two names.
  if (name === 'AccessDeniedException' || name === 'AccessDenied') {
    return new StatesError('Lambda.AWSLambdaException', message, { cause: thrown });
  }
  const known = EXCEPTION.test(name) ? name : 'SdkClientException';
  return new StatesError(`Lambda.${known}`, message, { cause: thrown });
}

function parseOrText(payload: string): Json {
  try {
    return parseJson(payload);
  } catch {
    return payload;
  }
}

function functionError(payload: string): StatesError {
  const thrown = parseOrText(payload);
  const type = isJsonObject(thrown) ? thrown['errorType'] : undefined;
  if (typeof type === 'string') return new StatesError(type, payload);
  const reason = `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`;
  return new StatesError('Lambda.Unknown', reason);
}

function optimizedResult(answer: LambdaResult): JsonObject {
  const requestId = randomUUID();
  const result: JsonObject = {
    ExecutedVersion: answer.executedVersion,
    Payload: parseOrText(answer.payload),
    SdkHttpMetadata: {
      AllHttpHeaders: { 'x-amzn-RequestId': [requestId] },
      HttpHeaders: { 'x-amzn-RequestId': requestId },
      HttpStatusCode: answer.statusCode,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: answer.statusCode,
  };
  if (isOversized(JSON.stringify(result))) throw dataLimitExceeded('lambda', false);
  return result;
}

/**
 * Invokes a function as the optimized Lambda integration does.
 *
 * @throws {StatesError} the function's own error, `Lambda.*`, or `States.DataLimitExceeded` for an
 *   answer over 256 KiB.
 */
export async function invokeFunction(
  services: Services,
  invocation: Invocation,
  accessKeyId: string,
): Promise<JsonObject> {
  let answer: LambdaResult;
  try {
    answer = await services.invokeLambda({ ...invocation, accessKeyId });
  } catch (error) {
    throw invocationError(error);
  }
  if (isOversized(answer.payload)) throw dataLimitExceeded('lambda', false);
  if (answer.functionError !== undefined) throw functionError(answer.payload);
  return optimizedResult(answer);
}
