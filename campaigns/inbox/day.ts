import { gzipSync } from 'node:zlib';
import { createRandom, type Random } from '#support/seeded-random.ts';

/** Seconds of a day. */
export const DAY = 86_400;

/** What happens to an inbox at one time. */
export interface Happening {
  readonly second: number;
  readonly key: string;
  /** What is put under the key; absent: it is deleted. */
  readonly content?: Content;
}

/** Bytes of an object, and the rows in them. */
export interface Content {
  /** Made when they are asked for: a day has more than a process holds. */
  readonly make: () => Buffer;
  /** Rows have ids from here on. */
  readonly firstId: number;
  /** None of an object that is no table. */
  readonly rows: number;
}

/** What a day has. */
export interface DaySize {
  readonly small: number;
  readonly large: number;
  /** Bytes of the largest small object. */
  readonly smallBytes: number;
  /** Bytes of a large object, at least. */
  readonly largeBytes: number;
}

const ROW_BYTES = 1000;

/** So many of an object are rejected; with one more it is set aside. */
const MOST_BAD_VALUES = 100_000;

/** Ids of the rows of one content lie below those of the next. */
const IDS = 1_000_000;

/** Names of objects that the role may not read before the day has ended. */
export const DENIED = 'denied-';

/** Makes contents, none of which has a row of another. */
class Contents {
  #made = 0;
  readonly #pad: string;

  constructor(random: Random) {
    const digits = () => random.integer(0, 2 ** 31).toString(36);
    this.#pad = Array.from({ length: 200 }, digits).join('').slice(0, ROW_BYTES);
  }

  table(bytes: number): Content {
    this.#made += 1;
    const firstId = this.#made * IDS;
    const rows = Math.max(1, Math.round(bytes / ROW_BYTES));
    const pad = this.#pad.slice(0, ROW_BYTES - 30);
    const line = (row: number) => `${JSON.stringify({ id: firstId + row, pad })}\n`;
    const make = () => Buffer.from(Array.from({ length: rows }, (_, row) => line(row)).join(''));
    return { make, firstId, rows };
  }

  /** An object of which more values are bad than are rejected. */
  bad(): Content {
    const make = () => Buffer.from('{"id":"x"}\n'.repeat(MOST_BAD_VALUES + 1));
    return { make, firstId: 0, rows: 0 };
  }

  foreign(random: Random): Content {
    const whole = this.table(20_000).make();
    const bytes = random.pick([
      Buffer.from('\u0089PNG\r\n\u001a\n'),
      whole.subarray(0, -7),
      gzipSync(whole).subarray(0, -9),
      Buffer.from('id,pad\n1,x\n'),
    ]);
    return { make: () => bytes, firstId: 0, rows: 0 };
  }
}

/** What comes after an object was put: the same again, other bytes, or its end. */
function* sequel(first: Happening, random: Random, contents: Contents): Generator<Happening> {
  const second = Math.min(DAY - 1, first.second + random.integer(1, 7200));
  const { key } = first;
  const rows = first.content?.rows ?? 0;
  if (random.chance(0.1)) yield { ...first, second };
  else if (random.chance(0.03)) {
    yield { second, key, content: contents.table(rows * ROW_BYTES) };
  } else if (random.chance(0.02)) yield { second, key };
}

/** A day of arrivals in their order; the same seed gives the same day. */
export function makeDay(seed: number, size: DaySize): readonly Happening[] {
  const random = createRandom(seed);
  const contents = new Contents(random);
  const happenings: Happening[] = [];
  const put = (name: string, content: Content) => {
    // Names do not have the order of time.
    const key = `${random.integer(10, 99)}/${name}.jsonl`;
    const first = { second: random.integer(0, DAY - 1), key, content };
    happenings.push(first, ...sequel(first, random, contents));
  };
  for (let at = 0; at < size.small; at += 1) {
    put(`small-${at}`, contents.table(random.integer(1000, size.smallBytes)));
  }
  for (let at = 0; at < size.large; at += 1) {
    const bytes = Math.round(size.largeBytes * (1.01 + 1.5 * random.next()));
    put(`large-${at}`, contents.table(bytes));
  }
  for (let at = 0; at < size.small / 50; at += 1) put(`foreign-${at}`, contents.foreign(random));
  for (let at = 0; at < 2; at += 1) {
    put(`bad-${at}`, contents.bad());
    put(`${DENIED}${at}`, contents.table(random.integer(1000, size.smallBytes)));
  }
  return happenings.sort((a, b) => a.second - b.second);
}
