import { Client } from 'pg';

/** One session with a server of a test. The first question after a restart opens it again. */
export class LastingSession {
  readonly #url: string;
  #client: Promise<Client> | undefined;
  /** Questions follow each other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  /** Sends SQL. @returns the rows of the last statement */
  async query(
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Record<string, unknown>[]> {
    const answer = this.#last.then(() => this.#send(text, values));
    this.#last = answer.catch(() => undefined);
    return await answer;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #send(text: string, values?: readonly unknown[]) {
    this.#client ??= this.#open();
    const client = await this.#client;
    const result = await client.query(text, values && [...values]);
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  }

  #open(): Promise<Client> {
    const client = new Client(this.#url);
    const opened = client.connect().then(() => client);
    const forget = () => {
      if (this.#client === opened) this.#client = undefined;
    };
    // A server that ends fails what is under way; without one nobody would catch it.
    client.on('error', forget);
    client.on('end', forget);
    opened.catch(forget);
    return opened;
  }
}
