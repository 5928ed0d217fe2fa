import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a request of a browser, whose method is GET or HEAD. */
export type AnswerPage = (request: Request) => Promise<Response>;

/** A server for browsers of this machine. */
export interface PageServer {
  /** URL of its root, such as `http://127.0.0.1:43122/`. */
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Of every answer: no other page may read, embed or keep it. */
const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * Why a request is refused. A page of elsewhere whose name leads to this machine has another Host;
 * what another page loads or sends has another site. Only a link that a person follows may come
 * from there.
 */
function refusal(
  { headers, method = '' }: IncomingMessage,
  port: number,
): [number, string] | undefined {
  const hosts = [`${HOST}:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? '')) return [421, `the host must be ${hosts.join(' or ')}`];
  if (!['GET', 'HEAD'].includes(method)) return [405, 'the method must be GET or HEAD'];
  const site = headers['sec-fetch-site'] ?? 'none';
  const isOwn = site === 'none' || site === 'same-origin';
  if (isOwn || headers['sec-fetch-mode'] === 'navigate') return undefined;
  return [403, 'another page asked for this'];
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

async function answer(
  page: AnswerPage,
  { url = '/', method = 'GET', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = new Request(new URL(url, `http://${headers.host}`), { method });
  const answered = await page(request);
  response.writeHead(answered.status, { ...Object.fromEntries(answered.headers), ...HEADERS });
  response.end(method === 'HEAD' ? undefined : Buffer.from(await answered.arrayBuffer()));
}

async function listenOn(server: Server, port: number): Promise<number> {
  server.listen(port, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/**
 * Serves pages over plain HTTP to browsers of this machine alone.
 *
 * @param port to listen on; another free one if a process has it.
 */
export async function startPageServer(page: AnswerPage, port: number): Promise<PageServer> {
  let own = 0;
  const server = createServer((request, response) => {
    const refused = refusal(request, own);
    if (refused !== undefined) return send(response, ...refused);
    answer(page, request, response).catch((error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      if (response.headersSent) response.destroy();
      else send(response, 500, `${name}: ${message}`);
    });
  });
  own = await listenOn(server, port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return listenOn(server, 0);
  });
  return {
    url: `http://${HOST}:${own}/`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
