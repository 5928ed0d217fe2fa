import { once } from 'node:events';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';

async function attempt(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

/**
 * Lets a server listen on a port of `host`; on any free one when `port` is 0 or another process has
 * it.
 *
 * @returns the port it listens on.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await attempt(server, host, port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return attempt(server, host, 0);
  });
  return (server.address() as AddressInfo).port;
}
