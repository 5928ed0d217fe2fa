import { createServer } from 'node:https';
import { afterEach, expect, it } from 'vitest';
import { listen } from '#local/listen.ts';

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
