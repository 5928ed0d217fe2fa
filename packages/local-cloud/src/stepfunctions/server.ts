import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Identify } from '#local/authorization.ts';
import { listen, PATIENT, stopListening } from '#local/listen.ts';
import { verifySignature } from '#local/sigv4.ts';
import { CallFields } from './call-fields.ts';
import {
  Engine,
  type EngineOptions,
  type StartRequest,
  type StateMachineDefinition,
} from './engine.ts';
import { ApiError } from './errors.ts';
import type { ExecutionRecord } from './execution-record.ts';
import { OPERATIONS } from './operations.ts';

/** What the local Step Functions needs. */
export interface StepFunctionsOptions extends EngineOptions {
  /** Certificate of the endpoint, PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** Region that requests are signed for. */
  readonly region: string;
  readonly identify: Identify;
  /** Port to listen on; another free one if a process has it. @default 0: any free port */
  readonly port?: number;
}

/** A running local Step Functions. */
export interface StepFunctions {
  /** Such as `https://localhost:43121`. */
  readonly endpoint: string;
  /**
   * @throws {UnsupportedDefinition} by the name of the field.
   * @throws {InvalidDefinition} as AWS does.
   */
  createStateMachine(definition: StateMachineDefinition): void;
  /**
   * For triggers. Checks no signature: the caller must have decided that `states:StartExecution` is
   * allowed.
   *
   * @throws {ApiError}
   */
  startExecution(request: StartRequest): Promise<ExecutionRecord>;
  /** Aborts what runs and closes the endpoint. */
  close(): Promise<void>;
}

/**
 * Most bytes that are read of a request. The input of StartExecution may take 6 bytes for one byte
 * of text.
 */
const MAX_REQUEST_BYTES = 2 * 2 ** 20;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > MAX_REQUEST_BYTES) throw new ApiError('ValidationException', 'request too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function answer(
  engine: Engine,
  options: StepFunctionsOptions,
  request: IncomingMessage,
): Promise<object> {
  const body = await readBody(request);
  const { headers } = request;
  const { identify, region, services } = options;
  // Clients sign with the machine's own time, whatever clock executions run by.
  const rules = { identify, region, service: 'states', now: () => new Date() };
  const accessKeyId = verifySignature({ headers, body }, rules);
  const target = String(headers['x-amz-target'] ?? '');
  const name = target.replace(/^AWSStepFunctions\./, '');
  const operation = OPERATIONS.get(name);
  if (operation === undefined) {
    const message = `${name} is not implemented by the local Step Functions`;
    throw new ApiError('UnknownOperationException', message);
  }
  const fields = new CallFields(body.toString());
  const resource = operation.resource(fields);
  const context = { 'aws:SecureTransport': 'true' };
  services.authorize({ accessKeyId, action: `states:${name}`, resource, context });
  return operation.answer(engine, fields);
}

function errorType(error: Error): string {
  if (error instanceof ApiError) return error.type;
  return error.name === 'AccessDenied' ? 'AccessDeniedException' : error.name;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(body));
}

async function serve(
  engine: Engine,
  options: StepFunctionsOptions,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const { request, response } = exchange;
  try {
    send(response, 200, await answer(engine, options, request));
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const isBug = error.name === 'Error' || error instanceof TypeError;
    const __type = isBug ? 'InternalFailure' : errorType(error);
    send(response, isBug ? 500 : 400, { __type, message: error.message });
  }
}

/**
 * Starts a Step Functions on this machine: the AWS JSON protocol over HTTPS on a port of
 * `localhost`. Executions are kept in `options.directory`; those that ran when it was last used are
 * shown as ABORTED.
 */
export async function startStepFunctions(options: StepFunctionsOptions): Promise<StepFunctions> {
  const engine = await Engine.open(options);
  const server = createServer({ ...options.tls, ...PATIENT }, (request, response) => {
    void serve(engine, options, { request, response });
  });
  const port = await listen(server, 'localhost', options.port ?? 0);
  return {
    endpoint: `https://localhost:${port}`,
    createStateMachine: (definition) => engine.createStateMachine(definition),
    startExecution: (request) => engine.startExecution(request),
    async close() {
      await engine.close();
      await stopListening(server);
    },
  };
}
