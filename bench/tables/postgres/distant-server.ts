import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Between a function and its database in the same zone lie some tenths of it, both ways. */
export const DISTANCE_MILLISECONDS = 1;

/** Hands on what comes, later. */
function handOn(from: Socket, to: Socket): void {
  from.on('data', (data) => {
    // Timers of the same length end in the order in which they began.
    setTimeout(() => {
      if (!to.write(data)) from.pause();
    }, DISTANCE_MILLISECONDS);
  });
  to.on('drain', () => from.resume());
  from.on('end', () => setTimeout(() => to.end(), DISTANCE_MILLISECONDS));
}

/** A server as it is seen from {@link DISTANCE_MILLISECONDS} away. */
export class DistantServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(host: string, port: number) {
    this.#server = createServer((client) => {
      const server = connect({ host, port, noDelay: true });
      client.setNoDelay(true);
      handOn(client, server);
      server.pipe(client);
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
        socket.on('error', () => socket.destroy());
      }
    });
  }

  static async open(host: string, port: number): Promise<DistantServer> {
    const distant = new DistantServer(host, port);
    distant.#server.listen(0, '127.0.0.1');
    await once(distant.#server, 'listening');
    return distant;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
