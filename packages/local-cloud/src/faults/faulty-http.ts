import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultInjector } from './fault-injector.ts';
import type { Fault, FaultKind } from './fault-plan.ts';

/** Puts faults between the clients of a server and the server. */
export type Disturb = (listener: RequestListener) => RequestListener;

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly degree: number;
  readonly proceed: () => void;
}

/** What one kind of fault does to an exchange. */
type Disturbance = (exchange: Exchange) => void;

/**
 * Longest time from the arrival of a request until its connection breaks: before, during or after
 * the work on it.
 */
const LATEST_RESET_MS = 10;

/** The longest time between two pieces of a slow body. */
const SLOWEST_PIECE_MS = 80;

/**
 * The longest time that a connection says nothing before it breaks: much longer than any answer
 * takes, and short enough for a run to meet it often.
 */
const LONGEST_HANG_MS = 2_000;

const S3_WRITES: readonly string[] = ['PUT', 'POST', 'DELETE'];
const S3_BODIES: readonly string[] = ['PUT', 'POST'];
const DYNAMODB_WRITES: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem'];

function s3Error(status: number, code: string, message: string): Disturbance {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return ({ message: { method }, response }) => {
    // The request's body is not read, so the connection cannot be used again.
    response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' });
    response.end(method === 'HEAD' ? undefined : body);
  };
}

function dynamoDbError(status: number, name: string, message: string): Disturbance {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message });
  return ({ response }) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(body);
  };
}

function reset({ message, degree, proceed }: Exchange): void {
  setTimeout(() => message.socket.destroy(), degree * LATEST_RESET_MS);
  proceed();
}

/** Accepts the request and says nothing, until the connection breaks. */
function hang({ message, degree }: Exchange): void {
  setTimeout(() => message.socket.destroy(), degree * LONGEST_HANG_MS);
}

/** Lets the server do its work; the answer never arrives. */
function loseResponse({ message, response, proceed }: Exchange): void {
  response.writeHead = () => response;
  response.end = () => {
    message.socket.destroy();
    return response;
  };
  proceed();
}

/** Sends a part of the first piece of the body, then breaks the connection. */
function truncateBody({ response, degree, proceed }: Exchange): void {
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  const cut = (piece: unknown): boolean => {
    if (typeof piece !== 'string' && !Buffer.isBuffer(piece)) return false;
    const bytes = Buffer.from(piece as string);
    write(bytes.subarray(0, Math.floor(bytes.length * degree)), () => response.destroy());
    return bytes.length > 0;
  };
  response.write = (piece: unknown) => cut(piece);
  response.end = (piece?: unknown) => (cut(piece) ? response : end());
  proceed();
}

/** Sends each piece of the body late, in halves. */
function slowBody({ response, degree, proceed }: Exchange): void {
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  let sent: Promise<unknown> = Promise.resolve();
  const late = (bytes: Buffer) => {
    sent = sent
      .then(() => sleep(degree * SLOWEST_PIECE_MS))
      .then(() => response.destroyed || write(bytes))
      .then(() => response.emit('drain'));
  };
  response.write = (piece: unknown) => {
    const bytes = Buffer.from(piece as Buffer);
    const middle = Math.floor(bytes.length / 2);
    late(bytes.subarray(0, middle));
    late(bytes.subarray(middle));
    return false;
  };
  response.end = (piece?: unknown) => {
    if (typeof piece === 'string') late(Buffer.from(piece));
    void sent.then(() => end());
    return response;
  };
  proceed();
}

const DISTURBANCES: Readonly<Partial<Record<FaultKind, Disturbance>>> = {
  's3-slow-down': s3Error(503, 'SlowDown', 'Please reduce your request rate.'),
  's3-internal-error': s3Error(500, 'InternalError', 'We encountered an internal error.'),
  's3-clock-skew': s3Error(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
  ),
  's3-request-timeout': s3Error(
    400,
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  ),
  's3-incomplete-body': s3Error(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  ),
  's3-full-disk': s3Error(400, 'StorageFailed', 'ENOSPC: no space left on device, write'),
  's3-hang': hang,
  's3-reset': reset,
  's3-lost-response': loseResponse,
  's3-truncated-body': truncateBody,
  's3-slow-body': slowBody,
  'dynamodb-throttled': dynamoDbError(
    400,
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded.',
  ),
  'dynamodb-internal-error': dynamoDbError(500, 'InternalServerError', 'Internal server error'),
  'dynamodb-clock-skew': dynamoDbError(
    400,
    'InvalidSignatureException',
    'Signature not yet current: the clocks differ too much',
  ),
  'dynamodb-hang': hang,
  'dynamodb-reset': reset,
  'dynamodb-lost-response': loseResponse,
};

function s3Kinds(method: string): FaultKind[] {
  const kinds: FaultKind[] = [
    's3-slow-down',
    's3-internal-error',
    's3-reset',
    's3-clock-skew',
    's3-hang',
  ];
  if (S3_WRITES.includes(method)) kinds.push('s3-lost-response');
  if (S3_BODIES.includes(method)) {
    kinds.push('s3-request-timeout', 's3-incomplete-body', 's3-full-disk');
  }
  if (method === 'GET') kinds.push('s3-truncated-body', 's3-slow-body');
  return kinds;
}

function dynamoDbKinds(operation: string): FaultKind[] {
  const kinds: FaultKind[] = [
    'dynamodb-throttled',
    'dynamodb-internal-error',
    'dynamodb-reset',
    'dynamodb-clock-skew',
    'dynamodb-hang',
  ];
  return DYNAMODB_WRITES.includes(operation) ? [...kinds, 'dynamodb-lost-response'] : kinds;
}

function run(
  listener: RequestListener,
  exchange: Omit<Exchange, 'degree' | 'proceed'>,
  fault?: Fault,
) {
  const { message, response } = exchange;
  const proceed = () => listener(message, response);
  const disturbance = fault && DISTURBANCES[fault.kind];
  if (fault && disturbance) disturbance({ ...exchange, degree: fault.degree, proceed });
  else proceed();
}

/** Disturbs an S3 server. */
export function disturbS3(faults: FaultInjector): Disturb {
  return (listener) => (message, response) => {
    const { method = '', url = '' } = message;
    const request = { operation: `s3 ${method}`, kinds: s3Kinds(method), subject: url };
    run(listener, { message, response }, faults.faultOf(request));
  };
}

/** The beginning of a body, which stays there to be read. */
async function peek(message: IncomingMessage): Promise<string> {
  await once(message, 'readable');
  const piece: unknown = message.read();
  if (!Buffer.isBuffer(piece)) return '';
  message.unshift(piece);
  return piece.toString();
}

/** Disturbs a DynamoDB server. */
export function disturbDynamoDb(faults: FaultInjector): Disturb {
  return (listener) => (message, response) => {
    const [, name = ''] = String(message.headers['x-amz-target']).split('.');
    const request = { operation: `dynamodb ${name}`, kinds: dynamoDbKinds(name) };
    peek(message).then(
      (subject) => run(listener, { message, response }, faults.faultOf({ ...request, subject })),
      () => response.destroy(), // the client went away
    );
  };
}
