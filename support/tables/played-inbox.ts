import { parsePins } from '#core/tables/run/object-list.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import type { LocalServices } from '#support/local-services.ts';
import { planRun, runSteps } from '#support/run-steps.ts';

/** An inbox that takes in thirty bytes, ten minutes or an object of a hundred bytes. */
export class PlayedInbox {
  readonly name: string;
  readonly #services: LocalServices;
  readonly #bucket: BucketContents;
  readonly #output: object;
  #minute = 0;

  /**
   * @param name of its folders; no other inbox has it.
   * @param output more of that section.
   */
  constructor(services: LocalServices, name: string, output: object = {}) {
    this.name = name;
    this.#output = output;
    this.#services = services;
    this.#bucket = new BucketContents(services);
  }

  /** What its schedule starts. */
  request(): object {
    const uri = `s3://${this.#services.bucket}/${this.name}-in/`;
    return {
      source: { inbox: { uri, targetBytes: 30, maxAge: '10 minutes', largeBytes: 100 } },
      schema: { id: 'int' },
      onBadRow: 'reject',
      output: {
        uri: `s3://${this.#services.bucket}/${this.name}/`,
        ...{ mode: 'append', format: 'jsonl', ...this.#output },
      },
    };
  }

  /** An object arrives. @returns its URI */
  put(key: string, content: string | Uint8Array): Promise<string> {
    return this.#bucket.put(`${this.name}-in/${key}`, content);
  }

  remove(key: string): Promise<void> {
    return this.#bucket.remove(`${this.name}-in/${key}`);
  }

  /** Lets time pass for its ticks. */
  pass(minutes: number): void {
    this.#minute += minutes;
  }

  /** For steps that run at its time. */
  get stores() {
    const now = () => new Date(Date.now() + this.#minute * 60_000);
    return { ...this.#services, now };
  }

  /** Runs a tick to its end. */
  tick(clients = this.#services.connect()) {
    return runSteps(clients, this.stores, this.request());
  }

  /** Plans a tick, or another request. */
  plan(request = this.request()) {
    return planRun(this.#services, this.stores, request);
  }

  /** The rows of the output by its latest manifest. */
  async rows(): Promise<readonly number[]> {
    const objects = await this.#bucket.below(`${this.name}/`);
    const { entries } = JSON.parse(objects[`${this.name}/_manifest/manifest.json`]!);
    const texts = (entries as { url: string }[]).map(
      ({ url }) => objects[url.slice(`s3://${this.#services.bucket}/`.length)]!,
    );
    return texts
      .flatMap((text) => text.split('\n').slice(0, -1))
      .map((line) => (JSON.parse(line) as { id: number }).id);
  }

  /** Names of the objects of a list below the plan. */
  async listed(name: string): Promise<readonly string[]> {
    const text = (await this.#bucket.below(`${this.name}/`))[`${this.name}/_plan/${name}`] ?? '';
    return parsePins(Buffer.from(text)).map(({ uri }) => uri.slice(uri.lastIndexOf('/') + 1));
  }
}
