import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { readText } from '#aws/objects.ts';
import { headObject } from '#aws/stored-object.ts';
import {
  AccessDeniedError,
  BoundExceededError,
  SourceChangedError,
  SourceNotFoundError,
  UploadConflictError,
} from '#core/errors.ts';
import { chosenKey } from '#core/run/output-keys.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import { type Hook, hookClients } from '#support/hooked-clients.ts';
import type { Clients, LocalServices } from '#support/local-services.ts';
import { runSteps } from '#support/run-steps.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import { type Content, DAY, DENIED, type Happening } from './day.ts';

/** When the day begins, in milliseconds since 1970. */
const BEGIN = Date.UTC(2026, 0, 1);

/** Writes of a tick that takes something in, and some more. */
const MOST_WRITES = 16;

/** A large object, and what the output was when it came. */
interface LargeArrival {
  readonly object: string;
  readonly generations: number;
  /** Whether a list had been chosen that was not in the output yet. */
  readonly isPending: boolean;
}

class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** What S3 says of an object that the role may not read. */
function denial(): Error {
  const $metadata = { httpStatusCode: 403 };
  return Object.assign(new Error('not you'), { name: 'AccessDenied', $metadata });
}

const READS = new Set(['HeadObject', 'GetObject']);

/** A process that dies before or after one of its writes, if it comes to it. */
function dying(random: Random): Hook {
  const at = random.integer(0, MOST_WRITES);
  const before = random.chance(0.5);
  let isDead = false;
  return async ({ write }, send) => {
    if (isDead || (write === at && before)) {
      isDead = true;
      throw new ProcessDied(`at write ${at}`);
    }
    const sent = await send();
    isDead = write === at;
    return sent;
  };
}

/** Plays a day against an inbox in the local S3, on a clock of its own. */
export class PlayedDay {
  readonly #services: LocalServices;
  readonly #request: object;
  readonly #largeBytes: number;
  readonly #random: Random;
  #second = 0;
  readonly #cameAt = new Map<string, number>();
  /** What lies in the inbox, by key. */
  readonly there = new Map<string, string>();
  /** All that ever lay there, by URI and ETag. */
  readonly contents = new Map<string, Content & { readonly size: number }>();
  readonly large: LargeArrival[] = [];
  generations = 0;
  deaths = 0;
  lost = 0;
  faulty = 0;
  denied = 0;
  overtaken = 0;
  waits = 0;

  constructor(
    services: LocalServices,
    request: object,
    { seed, largeBytes }: { readonly seed: number; readonly largeBytes: number },
  ) {
    this.#services = services;
    this.#request = request;
    this.#largeBytes = largeBytes;
    this.#random = createRandom(seed + 1);
  }

  /** Lets an object come or go. */
  async happen({ second, key, content }: Happening): Promise<void> {
    const { s3, bucket } = this.#services;
    const place = { Bucket: bucket, Key: `in/${key}` };
    const uri = `s3://${bucket}/in/${key}`;
    if (content === undefined) {
      await s3.send(new DeleteObjectCommand(place));
      this.there.delete(uri);
      return;
    }
    const Body = content.make();
    const { ETag = '' } = await s3.send(new PutObjectCommand({ ...place, Body }));
    const object = `${uri} ${ETag.replaceAll('"', '')}`;
    this.#cameAt.set(place.Key, BEGIN + second * 1000);
    this.there.set(uri, object);
    if (!this.contents.has(object)) await this.#note(object, { ...content, size: Body.length });
  }

  async #note(object: string, content: Content & { readonly size: number }): Promise<void> {
    this.contents.set(object, content);
    if (content.rows === 0 || content.size < this.#largeBytes) return;
    const { s3, bucket } = this.#services;
    const { generations } = this;
    const chosen = await headObject(s3, bucket, chosenKey('out/', generations + 1));
    this.large.push({ object, generations, isPending: chosen !== undefined });
  }

  /** Runs what the schedule starts: one tick, at times two at once, at times one that dies. */
  async tick(second: number, isCalm = false): Promise<number | 'waiting' | 'died'> {
    this.#second = second;
    const random = this.#random;
    if (!isCalm && random.chance(0.5)) return await this.#run(dying(random));
    if (isCalm || random.chance(0.6)) return await this.#run();
    const ends = await Promise.all([this.#run(), this.#run()]);
    return ends.find((end) => typeof end === 'number') ?? ends[0]!;
  }

  /** Lets one of the objects of a list be gone before it is written. */
  async #lose(list: string): Promise<void> {
    const { s3, bucket } = this.#services;
    const pins = parsePins(Buffer.from((await readText(s3, bucket, list)) ?? ''));
    const { uri } = pins[this.#random.integer(0, pins.length - 1)]!;
    await this.happen({ second: this.#second, key: uri.slice(`s3://${bucket}/in/`.length) });
  }

  /** Denies some objects while it is day, and lets objects be gone that were just chosen. */
  #guarded(hook: Hook = (_, send) => send()): Hook {
    return async (call, send) => {
      const { name, subject } = call;
      const isDay = this.#second < DAY;
      if (isDay && READS.has(name) && subject.includes(`/${DENIED}`)) throw denial();
      const sent = await hook(call, send);
      const isList = name === 'PutObject' && subject.includes('/objects-chosen');
      if (isDay && isList && this.#random.chance(0.3)) await this.#lose(subject);
      return sent;
    };
  }

  async #run(hook?: Hook): Promise<number | 'waiting' | 'died'> {
    const clients = this.#services.connect();
    this.#giveTimes(clients);
    hookClients(clients, this.#guarded(hook));
    const now = () => new Date(BEGIN + this.#second * 1000);
    try {
      const end = await runSteps(clients, { ...this.#services, now }, this.#request);
      if (typeof end === 'number') this.generations = Math.max(this.generations, end);
      if (end === 'waiting') this.waits += 1;
      return end === 'complete' ? this.generations : end;
    } catch (error) {
      return await this.#failed(error);
    }
  }

  /** The workflow tries a step again that was overtaken; a process that died is another tick. */
  async #failed(error: unknown): Promise<number | 'waiting' | 'died'> {
    if (error instanceof UploadConflictError) {
      this.overtaken += 1;
      return await this.#run();
    }
    if (error instanceof SourceNotFoundError || error instanceof SourceChangedError) this.lost += 1;
    else if (error instanceof AccessDeniedError) this.denied += 1;
    else if (error instanceof BoundExceededError) this.faulty += 1;
    else if (error instanceof ProcessDied) this.deaths += 1;
    else throw error;
    return 'died';
  }

  /** Lists say when objects came on the clock of the day. */
  #giveTimes({ s3 }: Clients): void {
    const place = { step: 'deserialize', name: 'times', priority: 'high' } as const;
    s3.middlewareStack.add(
      (next) => async (args) => {
        const sent = await next(args);
        const { Contents = [] } = sent.output as {
          Contents?: { Key: string; LastModified: Date }[];
        };
        for (const listed of Contents) {
          const came = this.#cameAt.get(listed.Key);
          if (came !== undefined) listed.LastModified = new Date(came);
        }
        return sent;
      },
      place,
    );
  }
}
