import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Answer, TableQuestion, TableReport } from './table-worker.ts';

export type { Answer } from './table-worker.ts';

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

/**
 * Tables that dynalite keeps in a directory, in a thread of their own. A server in this process
 * hands over each request, once it has decided that the caller may send it.
 */
export class TableStore {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #count = 0;

  private constructor(directory: string) {
    const worker = new Worker(new URL('./table-worker.ts', import.meta.url), {
      workerData: { directory },
      // Options of this process that say how its script is read are not for another script.
      execArgv: [],
    });
    worker.on('message', (report: TableReport) => this.#hear(report));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('the thread that holds the tables has ended')));
    worker.unref();
    this.#worker = worker;
  }

  /** Opens the tables kept in a directory, creating it where needed. */
  static async open(directory: string): Promise<TableStore> {
    await mkdir(directory, { recursive: true });
    return new TableStore(directory);
  }

  /**
   * Runs one operation, such as `PutItem`; `body` is its parameters as JSON text. Rejects when the
   * disk fails.
   */
  async run(operation: string, body: string): Promise<Answer> {
    this.#count += 1;
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.set(this.#count, waiting);
    this.#ask({ id: this.#count, operation, body });
    return await waiting.promise;
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
    this.#worker.ref();
    const ended = once(this.#worker, 'exit');
    this.#ask('close');
    await ended;
  }

  #ask(question: TableQuestion): void {
    this.#worker.postMessage(question);
  }

  #hear(report: TableReport): void {
    if ('answer' in report) {
      this.#waiting.get(report.id)?.resolve(report.answer);
      this.#waiting.delete(report.id);
    } else this.#fail(Object.assign(new Error(report.broken.message), report.broken));
  }

  #fail(error: unknown): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
