import { setTimeout as sleep } from 'node:timers/promises';
import { hookClients } from '#support/hooked-clients.ts';
import type { Fate } from '#support/postgres/statement-proxy.ts';
import { MOMENTS, type Moment } from './crashes.ts';
import { chunksOf, type LoadKind, type LoadRoom } from './load-room.ts';

/** Batches of each table; the first one makes it. */
const BATCHES = 2;

/** So long one of two at once waits for the other, which may wait for it. */
const WAIT_MILLISECONDS = 300;

/** One disturbed load. */
export interface LoadCrash {
  readonly batch: number;
  /** Which deed of the process is disturbed, from 0: a write to S3 or DynamoDB, or a statement. */
  readonly deed: number;
  readonly moment: Moment;
}

class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** A process whose deeds are counted, and one of which something happens to. */
class Process {
  readonly deeds: string[] = [];
  isDead = false;
  readonly #room: LoadRoom;
  readonly #at: (deed: number) => Promise<Moment | undefined>;

  /** @param at says what happens to a deed of a process that lives. */
  constructor(room: LoadRoom, at: (deed: number) => Promise<Moment | undefined>) {
    this.#room = room;
    this.#at = at;
  }

  async run(request: object): Promise<'complete' | 'died' | number> {
    const clients = this.#room.services.connect();
    hookClients(clients, async ({ name, subject, write }, send) => {
      if (this.isDead) throw new ProcessDied();
      const moment = write === undefined ? undefined : await this.#next(`${name} ${subject}`);
      if (moment === undefined) return await send();
      if (moment === 'before') return this.#die();
      await send().catch(() => undefined);
      if (moment === 'after') return this.#die();
      const lost = { name: 'TimeoutError', code: 'ECONNRESET' };
      throw Object.assign(new Error('socket hang up'), lost);
    });
    this.#room.proxy.judge = (what) => this.#fateOf(what);
    try {
      return await this.#room.run(request, clients);
    } catch (error) {
      if (this.isDead) return 'died';
      throw error;
    } finally {
      this.#room.proxy.judge = () => 'passes';
    }
  }

  async #next(deed: string): Promise<Moment | undefined> {
    this.deeds.push(deed);
    return await this.#at(this.deeds.length - 1);
  }

  #die(): never {
    this.isDead = true;
    throw new ProcessDied();
  }

  async #fateOf(what: string): Promise<Fate> {
    if (this.isDead) return 'cut before';
    const moment = await this.#next(what);
    if (moment === undefined) return 'passes';
    this.isDead = moment !== 'lost answer';
    return moment === 'before' ? 'cut before' : 'cut after';
  }
}

function fail(problem: string): never {
  throw new Error(problem);
}

function assertSame(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) fail(`${what} is ${a}, not ${b}`);
}

/** Ids that a table has after batches. */
function idsAfter(batches: number, { mode }: LoadKind): readonly number[] | undefined {
  if (batches === 0) return undefined;
  const first = mode === 'overwrite' ? batches - 1 : 0;
  return Array.from({ length: batches - first }, (_, at) => chunksOf(first + at))
    .flat(2)
    .sort((a, b) => a - b);
}

/** What readers may find where a batch broke off: old or new, or, added at once, whole chunks. */
function allowedAt(batch: number, kind: LoadKind): readonly (readonly number[] | undefined)[] {
  const [before, after] = [idsAfter(batch, kind), idsAfter(batch + 1, kind)];
  if (batch > 0 && kind.isHidden) return [before, after];
  const [first = [], second = []] = chunksOf(batch);
  const old = before ?? [];
  return [before, old, [...old, ...first], [...old, ...second], after];
}

async function loadAll(room: LoadRoom, table: string, kind: LoadKind, from: number, to: number) {
  for (let batch = from; batch < to; batch += 1) {
    const generation = await room.run(await room.request(table, batch, kind));
    assertSame(`the generation of batch ${batch}`, generation, batch + 1);
  }
}

/** Proves that a table is as it must be after batches, and that beside it lie old ones alone. */
async function assertWhole(room: LoadRoom, table: string, kind: LoadKind, batches: number) {
  assertSame('the table', await room.ids(table), idsAfter(batches, kind));
  assertSame('the ledger', await room.problems(table), []);
  const replaced = kind.mode === 'overwrite' ? batches - 1 : 0;
  assertSame('what lies beside', await room.beside(table), Array(replaced).fill('__before_'));
}

/** Loads a batch undisturbed. @returns its deeds */
export async function deedsOf(room: LoadRoom, kind: LoadKind, batch: number) {
  const table = `deeds_${kind.name}_${batch}`;
  await loadAll(room, table, kind, 0, batch);
  const whole = new Process(room, async () => undefined);
  await whole.run(await room.request(table, batch, kind));
  return whole.deeds;
}

/**
 * Loads all batches, one of them by a process that dies at one of its deeds, or does not get the
 * answer. Then readers find old or new, or whole chunks where rows are added at once. The same
 * request completes the batch, and in the end each row is there once.
 */
export async function crashLoadOnce(
  room: LoadRoom,
  kind: LoadKind,
  { batch, deed, moment }: LoadCrash,
): Promise<void> {
  const table = `${kind.name}_${batch}_${deed}_${MOMENTS.indexOf(moment)}`;
  await loadAll(room, table, kind, 0, batch);
  const request = await room.request(table, batch, kind);
  const broken = new Process(room, async (at) => (at === deed ? moment : undefined));
  const ended = await broken.run(request);
  assertSame('the end', ended, moment === 'lost answer' ? batch + 1 : 'died');
  const found = JSON.stringify(await room.ids(table));
  const allowed = allowedAt(batch, kind).map((ids) => JSON.stringify(ids));
  if (!allowed.includes(found)) fail(`readers find ${found}, allowed are ${allowed.join(' or ')}`);
  const again = await room.run(request);
  if (again !== 'complete') assertSame('the same request again', again, batch + 1);
  await assertWhole(room, table, kind, batch + 1);
  await loadAll(room, table, kind, batch + 1, BATCHES);
  await assertWhole(room, table, kind, BATCHES);
}

/**
 * Loads one batch by two processes: the first one stops before one of its deeds until the second
 * has ended, or waits for it. Both end well, and each row is there once.
 */
export async function raceLoadOnce(room: LoadRoom, kind: LoadKind, deed: number): Promise<void> {
  const table = `race_${kind.name}_${deed}`;
  await loadAll(room, table, kind, 0, 1);
  const request = await room.request(table, 1, kind);
  let second: Promise<unknown> | undefined;
  const first = new Process(room, async (at) => {
    if (at === deed) {
      second = room.run(request);
      await Promise.race([second, sleep(WAIT_MILLISECONDS)]);
    }
    return undefined;
  });
  const ends = [await first.run(request), await second];
  for (const end of ends) if (end !== 2 && end !== 'complete') fail(`one ended so: ${end}`);
  await assertWhole(room, table, kind, 2);
  await loadAll(room, table, kind, 2, BATCHES);
  await assertWhole(room, table, kind, BATCHES);
}
