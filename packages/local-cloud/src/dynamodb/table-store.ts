import { create } from 'node:domain';
import { EventEmitter } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import dynalite from 'dynalite';

/** One answer of the DynamoDB protocol. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A table as CreateTable takes it. */
export interface TableDescription {
  readonly name: string;
  readonly attributeDefinitions: readonly unknown[];
  readonly keySchema: readonly unknown[];
  readonly globalSecondaryIndexes?: readonly unknown[] | undefined;
  readonly localSecondaryIndexes?: readonly unknown[] | undefined;
}

/** A new table becomes active just after CreateTable has answered. */
const WAIT_MILLISECONDS = 2;
const MOST_WAITS = 10_000;

/** What dynalite writes its answer to. */
class AnswerRecorder extends EventEmitter {
  statusCode = 200;
  readonly headers: Record<string, string> = {};
  readonly finished: Promise<string>;
  #finish: (body: string) => void = () => undefined;

  constructor() {
    super();
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  setHeader(name: string, value: unknown): void {
    this.headers[name.toLowerCase()] = String(value);
  }

  end(body = ''): void {
    this.#finish(body);
  }
}

/** dynalite checks only that these are present. */
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=local, Signature=local',
  'x-amz-date': 'local',
  'content-type': 'application/x-amz-json-1.0',
};

/**
 * Tables that dynalite keeps in a directory. It does not listen on a port: a server in this process
 * hands over each request, once it has decided that the caller may send it.
 */
export class TableStore {
  readonly #dynalite: Server;

  private constructor(server: Server) {
    this.#dynalite = server;
  }

  /** Opens the tables kept in a directory, creating it where needed. */
  static async open(directory: string): Promise<TableStore> {
    await mkdir(directory, { recursive: true });
    return new TableStore(dynalite({ path: directory, createTableMs: 0 }));
  }

  /**
   * Runs one operation, such as `PutItem`; `body` is its parameters as JSON text. Rejects when the
   * disk fails.
   */
  async run(operation: string, body: string): Promise<Answer> {
    const request = Object.assign(Readable.from([Buffer.from(body)]), {
      method: 'POST',
      url: '/',
      headers: { ...SIGNED, 'x-amz-target': `DynamoDB_20120810.${operation}` },
    });
    const recorder = new AnswerRecorder();
    // dynalite throws errors of its disk where nobody can catch them.
    const work = create();
    const broken = new Promise<never>((_, reject) => work.on('error', reject));
    work.run(() => this.#dynalite.emit('request', request, recorder));
    return {
      body: await Promise.race([recorder.finished, broken]),
      status: recorder.statusCode,
      headers: recorder.headers,
    };
  }

  /** Creates a table; one that exists is left as it is. */
  async createTable(table: TableDescription): Promise<void> {
    const parameters = {
      TableName: table.name,
      AttributeDefinitions: table.attributeDefinitions,
      KeySchema: table.keySchema,
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: table.globalSecondaryIndexes,
      LocalSecondaryIndexes: table.localSecondaryIndexes,
    };
    const { status, body } = await this.run('CreateTable', JSON.stringify(parameters));
    if (status !== 200 && !body.includes('ResourceInUseException')) {
      throw new Error(`cannot create table ${table.name}: ${body}`);
    }
    await this.#waitUntilActive(table.name);
  }

  /** Until then dynalite answers that the table does not exist. */
  async #waitUntilActive(TableName: string): Promise<void> {
    for (let wait = 0; wait < MOST_WAITS; wait += 1) {
      const { body } = await this.run('DescribeTable', JSON.stringify({ TableName }));
      if (JSON.parse(body).Table?.TableStatus === 'ACTIVE') return;
      await sleep(WAIT_MILLISECONDS);
    }
    throw new Error(`table ${TableName} did not become active`);
  }

  /** Waits for operations under way and closes the store. */
  async close(): Promise<void> {
    // dynalite closes its store only after a server that listened has stopped.
    await new Promise<void>((resolve) => this.#dynalite.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve, reject) => {
      this.#dynalite.close((error) => (error ? reject(error) : resolve()));
    });
  }
}
