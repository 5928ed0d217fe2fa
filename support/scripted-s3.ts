import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { createS3Client, type S3Client } from '#aws/clients/s3.ts';
import type { ServiceAddress } from '#aws/clients/service.ts';

/** What the server does with one request. */
export type Turn = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that does with its n-th request what the n-th turn says, and its client. */
export interface ScriptedS3 {
  readonly s3: S3Client;
  /** Requests that came, such as `PUT /bucket/key`. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** How long the client waits for a silent server here. */
export const SHORT_PATIENCE = { silence: 300, patient: 2_000 };

/** Accepts a request and never answers. */
export const beSilent: Turn = () => undefined;

/** Reads the body and answers as S3 does to a PUT, with the body's length as ETag. */
export const store: Turn = (request, response) => {
  let bytes = 0;
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  request.on('end', () => response.writeHead(200, { etag: `"${bytes}"` }).end());
};

/** Asks for the body, as servers do that are willing. */
export function welcome(turn: Turn): Turn {
  return (request, response) => {
    if (request.headers.expect === '100-continue') response.writeContinue();
    turn(request, response);
  };
}

/** Answers with an error of S3, before it has read the body. */
export function refuse(status: number, code: string): Turn {
  return (_, response) => response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
}

/** Starts it over HTTPS on a free port. Requests beyond the script get the last turn. */
export async function startScriptedS3(
  turns: readonly Turn[],
  {
    patience = SHORT_PATIENCE,
    tries = 4,
  }: Partial<Pick<ServiceAddress, 'patience' | 'tries'>> = {},
): Promise<ScriptedS3> {
  const directory = await mkdtemp(join(tmpdir(), 'scripted-s3-'));
  const { key, cert } = await createCertificate(directory);
  const requests: string[] = [];
  const sockets = new Set<Duplex>();
  const answer: Turn = (request, response) => {
    const turn = turns[requests.length] ?? turns.at(-1);
    requests.push(`${request.method} ${request.url}`);
    turn?.(request, response);
  };
  const server = createServer({ key, cert }, answer);
  server.on('checkContinue', answer);
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const s3 = createS3Client({
    endpoint: `https://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    ca: cert,
    patience,
    tries,
  });
  return {
    s3,
    requests,
    async close() {
      s3.destroy();
      for (const socket of sockets) socket.destroy();
      server.close();
      await rm(directory, { recursive: true });
    },
  };
}
