import { once } from 'node:events';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * Settings of every server here: it waits for its clients without end. One that computes for long
 * does not notice that its idle connection was closed, and loses the request that it sends next.
 */
export const PATIENT = { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 } as const;

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

/**
 * Ends a server at once: requests that are running break off. So do connections that are being
 * opened: the server does not count them yet, would still serve them, and would then wait for their
 * idle timeout.
 */
export async function stopListening(server: Server): Promise<void> {
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => socket.destroy());
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
