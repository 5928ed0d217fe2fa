import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PATIENT } from '#local/listen.ts';

/** One invocation as the runtime client receives it. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON text. */
  readonly payload: string;
  /** Milliseconds since the epoch, set when the client takes the invocation. */
  readonly deadlineMs: number;
}

/** What a runtime client reports. Bodies are JSON text. */
export interface RuntimeListener {
  /** The client asks for work; the promise may stay open as long as there is none. */
  next(): Promise<RuntimeInvocation>;
  succeeded(requestId: string, body: string): void;
  failed(requestId: string, body: string): void;
  initializationFailed(body: string): void;
}

/** A Runtime API that one process polls. */
export interface RuntimeApi {
  /** `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  close(): void;
}

const ROUTE =
  /^\/2018-06-01\/runtime\/(?:invocation\/(?:(next)|([\w-]+)\/(response|error))|(init\/error))$/;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

async function answerNext(listener: RuntimeListener, response: ServerResponse): Promise<void> {
  const { requestId, functionArn, payload, deadlineMs } = await listener.next();
  const root = `1-${Math.floor(Date.now() / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)}`;
  response.setHeader('lambda-runtime-aws-request-id', requestId);
  response.setHeader('lambda-runtime-deadline-ms', deadlineMs);
  response.setHeader('lambda-runtime-invoked-function-arn', functionArn);
  response.setHeader('lambda-runtime-trace-id', `Root=${root};Sampled=0`);
  answer(response, 200, payload);
}

async function route(
  listener: RuntimeListener,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, next, requestId, kind, initError] = ROUTE.exec(request.url ?? '') ?? [];
  if (next) return answerNext(listener, response);
  const body = await readBody(request);
  if (initError) listener.initializationFailed(body);
  else if (requestId && kind === 'response') listener.succeeded(requestId, body);
  else if (requestId && kind === 'error') listener.failed(requestId, body);
  else return answer(response, 404, '{"errorType":"InvalidPath"}');
  answer(response, 202, '{"status":"OK"}');
}

/**
 * Serves the Lambda Runtime API on a free port of this machine.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  // The connection is idle while the handler works.
  const server = createServer(PATIENT, (request, response) => {
    // A client that dies during a request is reported by the end of its process.
    route(listener, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
