import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as secure } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { listen, stopListening } from '#local/listen.ts';
import { createCertificate } from '#local/tls.ts';

const servers: ReturnType<typeof createServer>[] = [];

function newServer() {
  const server = createServer();
  servers.push(server);
  return server;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

it('listens on the port that was asked for, again and again', async () => {
  const first = newServer();
  const port = await listen(first, '127.0.0.1', 0);
  expect(port).toBeGreaterThan(0);
  await new Promise((resolve) => first.close(resolve));
  expect(await listen(newServer(), '127.0.0.1', port)).toBe(port);
});

it('takes a free port when another server has the one that was asked for', async () => {
  const taken = await listen(newServer(), '127.0.0.1', 0);
  const given = await listen(newServer(), '127.0.0.1', taken);
  expect(given).toBeGreaterThan(0);
  expect(given).not.toBe(taken);
});

it('fails on an address that is not of this machine', async () => {
  await expect(listen(newServer(), '192.0.2.1', 0)).rejects.toMatchObject({
    code: 'EADDRNOTAVAIL',
  });
});

it('serves nobody who was still connecting when it stopped, and does not wait for them', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'listen-'));
  const { key, cert } = await createCertificate(directory);
  const served: unknown[] = [];
  const server = createServer({ key, cert, keepAliveTimeout: 600_000 }, (request, response) => {
    served.push(request.url);
    response.end('served');
  });
  const port = await listen(server, '127.0.0.1', 0);
  const accepted = once(server, 'connection');
  const socket = connect(port, '127.0.0.1');
  await accepted;

  const stopped = stopListening(server);
  const late = secure({ socket, ca: cert, servername: 'localhost' });
  late.on('error', () => {});
  late.write('GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await Promise.all([stopped, once(late, 'close')]);
  expect(served).toEqual([]);
  await rm(directory, { recursive: true });
});
