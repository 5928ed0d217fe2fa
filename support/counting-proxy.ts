import { createServer, request as send } from 'node:http';
import { request as sendSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One call of the AWS JSON protocol. */
interface CountedCall {
  /** Such as `DescribeMapRun`. */
  readonly operation: string;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
}

/** Passes calls of the AWS JSON protocol on to a service, and counts them. */
export interface CountingProxy {
  readonly endpoint: string;
  readonly calls: readonly CountedCall[];
  close(): void;
}

/** Starts a proxy over plain HTTP. @param ca certificate of the service, PEM */
export async function startCountingProxy(service: string, ca: string): Promise<CountingProxy> {
  const calls: CountedCall[] = [];
  const { hostname, port, protocol } = new URL(service);
  const forward = protocol === 'https:' ? sendSecurely : send;
  const server = createServer((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    calls.push({ operation: target.split('.').at(-1) ?? '', at: performance.now() });
    const { method, url: path, headers } = request;
    const passed = forward({ hostname, port, method, path, headers, ca }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${own}`, calls, close: () => void server.close() };
}
