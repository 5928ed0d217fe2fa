import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to something that a client sends; afterwards the connection is gone, or not. */
export type Fate = 'passes' | 'cut before' | 'cut after';

/**
 * Decides about what a client sends, one after the other.
 *
 * @param what a statement, in one line, or `rows of a COPY` and `end of a COPY`.
 */
export type Judge = (what: string) => Fate | Promise<Fate>;

/** So long a server has for rows that it gets before it is gone for them. */
const ROWS_MILLISECONDS = 10;

/** Bytes of the length that stands in a message of PostgreSQL, which counts itself. */
const LENGTH_BYTES = 4;

/** Cuts what one side sends into messages: a letter, a length, and what it counts. */
class Messages {
  #held: Buffer = Buffer.alloc(0);
  /** The first one of a client has no letter. */
  #letterBytes: number;

  constructor(hasLetter: boolean) {
    this.#letterBytes = hasLetter ? 1 : 0;
  }

  *of(data: Buffer): Generator<Buffer> {
    this.#held = Buffer.concat([this.#held, data]);
    while (this.#held.length >= this.#letterBytes + LENGTH_BYTES) {
      const size = this.#letterBytes + this.#held.readUInt32BE(this.#letterBytes);
      if (this.#held.length < size) return;
      yield this.#held.subarray(0, size);
      this.#held = this.#held.subarray(size);
      this.#letterBytes = 1;
    }
  }
}

function letterOf(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0);
}

function textAt(message: Buffer, start: number): string {
  return message.toString('utf8', start, message.indexOf(0, start)).trim().replaceAll(/\s+/g, ' ');
}

/** One connection of a client to the server. */
class Connection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #judge: Judge;
  #isCopying = false;
  #isCutAtAnswer = false;
  #pending: Promise<void> = Promise.resolve();

  constructor(client: Socket, server: Socket, judge: Judge) {
    this.#client = client;
    this.#server = server;
    this.#judge = judge;
    const [sent, answered] = [new Messages(false), new Messages(true)];
    client.on('data', (data) => {
      for (const message of sent.of(data)) {
        this.#pending = this.#pending.then(() => this.#handle(message));
      }
    });
    server.on('data', (data) => {
      for (const message of answered.of(data)) this.#answer(message);
    });
    for (const side of [client, server]) side.on('error', () => {}).on('close', () => this.cut());
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  /** What is decided about; undefined for messages that follow another, and for logins. */
  #whatOf(message: Buffer): string | undefined {
    const letter = letterOf(message);
    const wasCopying = this.#isCopying;
    this.#isCopying = letter === 'd';
    if (letter === 'Q') return textAt(message, 1 + LENGTH_BYTES);
    // Behind the name of the statement.
    if (letter === 'P') return textAt(message, message.indexOf(0, 1 + LENGTH_BYTES) + 1);
    if (letter === 'c') return 'end of a COPY';
    return letter === 'd' && !wasCopying ? 'rows of a COPY' : undefined;
  }

  async #handle(message: Buffer): Promise<void> {
    const what = this.#whatOf(message);
    const fate = what === undefined ? 'passes' : await this.#judge(what);
    if (fate === 'cut before') return this.cut();
    this.#isCutAtAnswer ||= fate === 'cut after';
    this.#server.write(message);
    if (this.#isCutAtAnswer && letterOf(message) === 'd') {
      setTimeout(() => this.cut(), ROWS_MILLISECONDS);
    }
  }

  #answer(message: Buffer): void {
    if (!this.#isCutAtAnswer) this.#client.write(message);
    // Ready for the next statement, or for the rows of a COPY.
    else if (/[ZG]/.test(letterOf(message))) this.cut();
  }
}

/** Stands between clients and a PostgreSQL without TLS, and cuts connections at statements. */
export class StatementProxy {
  /** Of whoever sends something now. */
  judge: Judge = () => 'passes';
  readonly #listener: Server;
  readonly #connections = new Set<Connection>();

  private constructor(server: { readonly host: string; readonly port: number }) {
    this.#listener = createServer((client) => {
      const judge: Judge = (what) => this.judge(what);
      const connection = new Connection(client, connect(server.port, server.host), judge);
      this.#connections.add(connection);
      client.on('close', () => this.#connections.delete(connection));
    });
  }

  static async start(server: { readonly host: string; readonly port: number }) {
    const proxy = new StatementProxy(server);
    await once(proxy.#listener.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }
}
