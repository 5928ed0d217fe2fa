import { MOMENTS } from './crashes.ts';
import { crashLoadOnce, deedsOf, raceLoadOnce } from './load-crashes.ts';
import { LOAD_KINDS, type LoadKind, LoadRoom } from './load-room.ts';

/** How it reports what it finds. */
interface Report {
  say(line: string): void;
  /** Runs a check; what it throws is reported. */
  attempt(what: string, check: () => Promise<void>): Promise<unknown>;
}

/** Loads to look at; all where nothing is said. */
interface ChosenLoads {
  /** Of these kinds. */
  readonly kinds: readonly LoadKind[];
  /** Crashes in this batch alone, from 1. */
  readonly batch?: number | undefined;
}

/** Of the first batch all kinds do the same. */
function batchesOf(kind: LoadKind, only: number | undefined): readonly number[] {
  const all = kind === LOAD_KINDS[0] ? [0, 1] : [1];
  return all.filter((batch) => only === undefined || batch + 1 === only);
}

/** What a process does while it loads a batch. */
interface DoneBatch {
  readonly batch: number;
  readonly deeds: readonly string[];
}

async function crashEverywhere(
  room: LoadRoom,
  kind: LoadKind,
  { batch, deeds }: DoneBatch,
  { say, attempt }: Report,
): Promise<number> {
  for (const [deed, name] of deeds.entries()) {
    for (const moment of MOMENTS) {
      const what = `${kind.name}, batch ${batch + 1}, ${moment} ${name}`;
      await attempt(what, () => crashLoadOnce(room, kind, { batch, deed, moment }));
    }
    say(`${kind.name}, batch ${batch + 1}: before, after and without the answer to ${name}`);
  }
  return deeds.length * MOMENTS.length;
}

async function raceEverywhere(
  room: LoadRoom,
  kind: LoadKind,
  { deeds }: DoneBatch,
  { attempt }: Report,
): Promise<number> {
  for (const [deed, name] of deeds.entries()) {
    const what = `${kind.name}, two at once, one before ${name}`;
    await attempt(what, () => raceLoadOnce(room, kind, deed));
  }
  return deeds.length;
}

/** Crashes loads of a real PostgreSQL at every write and statement, and races two of each. */
export async function runLoads({ kinds, batch: only }: ChosenLoads, report: Report): Promise<void> {
  const room = await LoadRoom.open();
  try {
    for (const kind of kinds) {
      const second = { batch: 1, deeds: await deedsOf(room, kind, 1) };
      let crashes = 0;
      for (const batch of batchesOf(kind, only)) {
        const done = batch === 1 ? second : { batch, deeds: await deedsOf(room, kind, batch) };
        crashes += await crashEverywhere(room, kind, done, report);
      }
      const races = await raceEverywhere(room, kind, second, report);
      report.say(`${kind.name}: ${crashes} crashes, ${races} races`);
    }
  } finally {
    await room.close();
  }
}
