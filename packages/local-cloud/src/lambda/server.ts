import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { AccessDenied, type Identify } from '#local/authorization.ts';
import { listen, PATIENT, stopListening } from '#local/listen.ts';
import { SignatureError, verifySignature } from '#local/sigv4.ts';
import { LambdaException } from './lambda-errors.ts';
import type { InvokeResult } from './lambda-host.ts';

/** A synchronous call of a function by a client. */
interface LambdaCall {
  /** Name or ARN, with or without a version. */
  readonly functionName: string;
  /** JSON text. */
  readonly payload: string;
  readonly accessKeyId: string;
}

/** What the local Lambda needs. */
export interface LambdaServerOptions {
  /** Certificate of the endpoint, PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** Region that requests are signed for. */
  readonly region: string;
  readonly identify: Identify;
  /**
   * @throws {AccessDenied} the caller may not invoke the function.
   * @throws {LambdaException} as AWS names it.
   */
  readonly invoke: (call: LambdaCall) => Promise<InvokeResult>;
  /** Port to listen on; another free one if a process has it. @default 0: any free port */
  readonly port?: number;
}

/** A running local Lambda. */
export interface LambdaServer {
  /** Such as `https://localhost:43121`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const ROUTE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

/** Somewhat more than an event may have: then the host refuses it by name. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

const STATUS: Readonly<Record<string, number>> = {
  InvalidParameterValueException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  RequestEntityTooLargeException: 413,
  TooManyRequestsException: 429,
  ServiceException: 500,
};

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes <= MAX_BODY_BYTES) pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** @throws {LambdaException} the call asks for what is not simulated. */
function assertSynchronous({ headers }: IncomingMessage): void {
  const { 'x-amz-invocation-type': type = 'RequestResponse' } = headers;
  if (type === 'RequestResponse') return;
  throw new LambdaException(
    'InvalidParameterValueException',
    `InvocationType ${type} is not implemented by the local Lambda`,
  );
}

async function answer(
  { identify, region, invoke }: LambdaServerOptions,
  request: IncomingMessage,
): Promise<InvokeResult> {
  const body = await readBody(request);
  const { headers, method, url: path = '/' } = request;
  const [, name] = (method === 'POST' && ROUTE.exec(path)) || [];
  if (name === undefined) {
    const message = `${method} ${path} is not implemented by the local Lambda`;
    throw new LambdaException('InvalidParameterValueException', message);
  }
  const rules = { identify, region, service: 'lambda', now: () => new Date() };
  const accessKeyId = verifySignature({ path, headers, body }, rules);
  assertSynchronous(request);
  const payload = body.length === 0 ? '{}' : body.toString();
  return await invoke({ functionName: decodeURIComponent(name), payload, accessKeyId });
}

function typeOf(error: unknown): string {
  if (error instanceof AccessDenied) return 'AccessDeniedException';
  if (error instanceof LambdaException || error instanceof SignatureError) return error.name;
  return 'ServiceException';
}

async function serve(
  options: LambdaServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('x-amzn-requestid', randomUUID());
  response.setHeader('content-type', 'application/json');
  try {
    const { statusCode, payload, functionError, executedVersion } = await answer(options, request);
    response.setHeader('x-amz-executed-version', executedVersion);
    if (functionError !== undefined) response.setHeader('x-amz-function-error', functionError);
    response.writeHead(statusCode);
    response.end(payload);
  } catch (error) {
    const type = typeOf(error);
    response.setHeader('x-amzn-errortype', type);
    response.writeHead(STATUS[type] ?? 403);
    response.end(JSON.stringify({ message: error instanceof Error ? error.message : type }));
  }
}

/**
 * Starts a Lambda on this machine that can do one thing: `Invoke`, synchronously, over HTTPS on a
 * port of `localhost`.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function startLambdaServer(options: LambdaServerOptions): Promise<LambdaServer> {
  const server = createServer({ ...options.tls, ...PATIENT }, (request, response) => {
    void serve(options, request, response);
  });
  const port = await listen(server, 'localhost', options.port ?? 0);
  return { endpoint: `https://localhost:${port}`, close: () => stopListening(server) };
}
