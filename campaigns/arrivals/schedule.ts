import { FanoutError } from '#core/errors.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { hookClients } from '#support/hooked-clients.ts';
import type { Clients, LocalServices } from '#support/local-services.ts';
import { planRun, writeRun } from '#support/run-steps.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import { randomSize, randomVersion, type Version } from './version.ts';

/** How often what happened to the executions of some schedules. */
export type Tally = Record<'older' | 'newer' | 'waited' | 'refused', number>;

/** Rows that are of no version, or an end that is not named. */
class BadArrival extends Error {
  override readonly name = 'BadArrival';
}

/** The format versions of the older bundle and of the one that is sent over it. */
const PAIRS = [
  [2, 2],
  [2, 2],
  [1, 2],
  [1, 1],
  [1, 1],
  [2, 1],
] as const;

/** Errors with which an execution may end when its source was replaced under it. */
const REFUSALS = ['SourceChangedError', 'SourceNotFoundError'];

/** More executions than a schedule has moments. */
const MOST_EXECUTIONS = 100;

type Step = () => Promise<unknown>;

/** Two versions of a bundle below one folder, and what is left to do for the newer one. */
class Schedule {
  readonly random: Random;
  readonly folder: string;
  readonly older: Version;
  readonly newer: Version;
  readonly #bucket: BucketContents;
  readonly #steps: Step[] = [];
  /** Steps that have begun and not ended. */
  #underWay = 0;

  constructor(services: LocalServices, seed: number) {
    this.random = createRandom(seed);
    this.folder = `arrivals/${seed}/`;
    this.#bucket = new BucketContents(services);
    const [from, to] = this.random.pick(PAIRS);
    const size = randomSize(this.random);
    const isSameSize = this.random.chance(0.7);
    this.older = randomVersion(this.random, size, from);
    this.newer = randomVersion(this.random, isSameSize ? size : randomSize(this.random), to);
    const isTidy = to === 2 && this.random.chance(0.5);
    this.#steps = [...this.#puts(), ...(isTidy ? this.#removals() : [])];
  }

  get isDone(): boolean {
    return this.#steps.length === 0 && this.#underWay === 0;
  }

  /**
   * Puts the older bundle there; or a part of it, as an interrupted upload leaves it. Its
   * `meta.json` is there always: three arrays of version 1 without one are a folder of arrays, of
   * which nothing says that they belong together.
   */
  async begin(): Promise<void> {
    const names = Object.keys(this.older.files);
    const isWhole = this.random.chance(0.8);
    const kept = isWhole ? names : this.random.some(names, this.random.integer(0, names.length));
    for (const name of new Set([...kept, 'meta.json'])) await this.#put(name, this.older);
  }

  /** Does the next step of the upload. */
  async goOn(): Promise<void> {
    this.#underWay += 1;
    await this.#steps.shift()?.();
    this.#underWay -= 1;
  }

  /** Does steps, or none, before a request of Plan or of a writer. */
  async disturb(): Promise<void> {
    while (this.#steps.length > 0 && this.random.chance(0.08)) await this.goOn();
  }

  #put(name: string, { files }: Version): Promise<string> {
    return this.#bucket.put(`${this.folder}${name}`, files[name]!);
  }

  /** Objects arrive in any order. */
  #puts(): Step[] {
    const names = Object.keys(this.newer.files);
    return this.random.some(names, names.length).map((name) => () => this.#put(name, this.newer));
  }

  /** After a new `meta.json` the uploader removes what the older one named. */
  #removals(): Step[] {
    const left = Object.keys(this.older.files).filter((name) => !(name in this.newer.files));
    return left.map((name) => () => this.#bucket.remove(`${this.folder}${name}`));
  }
}

/** Plans a run and writes its chunks. @returns their text, or the error. */
async function execute(
  clients: Clients,
  services: LocalServices,
  request: { readonly source: string; readonly output: { readonly uri: string } },
): Promise<{ readonly text: string } | { readonly error: FanoutError }> {
  try {
    await writeRun(clients, services, await planRun(clients, services, request));
  } catch (error) {
    if (error instanceof FanoutError) return { error };
    throw error;
  }
  const prefix = request.output.uri.slice(`s3://${services.bucket}/`.length);
  const chunks = await new BucketContents(services).below(`${prefix}data/`);
  return { text: Object.values(chunks).join('') };
}

/** Which version the text is of. @throws {BadArrival} of none, or not of the one that is there. */
function versionOf(text: string, { older, newer }: Schedule, isNewer: boolean): 'older' | 'newer' {
  if (text === newer.text) return 'newer';
  if (text === older.text && !isNewer) return 'older';
  throw new BadArrival(`the rows are ${JSON.stringify(text)}, of neither version`);
}

/** Plays schedules, one after the other, by clients of its own. */
export class Player {
  readonly #services: LocalServices;
  readonly #clients: Clients;
  #schedule: Schedule | undefined;

  constructor(services: LocalServices) {
    this.#services = services;
    this.#clients = services.connect();
    hookClients(this.#clients, async (_, send) => {
      await this.#schedule?.disturb();
      return await send();
    });
  }

  /**
   * Sends a newer bundle over an older one, object by object in an order of the seed, while Plan
   * and a writer run at moments of the seed, also between two of their requests. Ends when an
   * execution that was started after the last object has written the newer rows.
   *
   * @throws {BadArrival} an execution wrote rows of both, or failed with another error.
   */
  async play(seed: number): Promise<Tally> {
    const schedule = new Schedule(this.#services, seed);
    await schedule.begin();
    this.#schedule = schedule;
    const tally: Tally = { older: 0, newer: 0, waited: 0, refused: 0 };
    for (let at = 0; at < MOST_EXECUTIONS; at += 1) {
      const isThere = schedule.isDone;
      tally[await this.#execute(schedule, at, isThere)] += 1;
      if (isThere) return tally;
      await schedule.goOn();
      await schedule.disturb();
    }
    throw new BadArrival(`not at its end after ${MOST_EXECUTIONS} executions`);
  }

  /** @param isThere the newer bundle was there before the execution. */
  async #execute(schedule: Schedule, at: number, isThere: boolean): Promise<keyof Tally> {
    const { bucket } = this.#services;
    const source = `s3://${bucket}/${schedule.folder}`;
    const output = { uri: `s3://${bucket}/out/${schedule.folder}${at}/` };
    const ended = await execute(this.#clients, this.#services, { source, output });
    if ('text' in ended) return versionOf(ended.text, schedule, isThere);
    const { name, message } = ended.error;
    if (!isThere && name === 'IncompleteSourceError') return 'waited';
    if (!isThere && REFUSALS.includes(name)) return 'refused';
    throw new BadArrival(`${isThere ? 'all of it was there, but ' : ''}${name}: ${message}`);
  }
}
