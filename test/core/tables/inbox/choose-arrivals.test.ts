import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import {
  type Arrival,
  chooseArrivals,
  oldestOf,
  refuseUnseen,
  summedUp,
} from '#core/tables/inbox/choose-arrivals.ts';
import { TakenIn } from '#core/tables/inbox/taken-in.ts';

const RULES = { targetBytes: 100, maxAgeSeconds: 60, largeBytes: 80 };

function arrival(name: string, size: number, arrivedAt = 0): Arrival {
  return { uri: `s3://in/${name}`, etag: name, size, arrivedAt };
}

function names(arrivals: readonly Arrival[]): string {
  return arrivals.map(({ etag }) => etag).join('');
}

describe('chooseArrivals', () => {
  it('takes nothing as long as there is little, and nothing is old', () => {
    expect(chooseArrivals([], RULES, 0)).toEqual([]);
    const waiting = [arrival('a', 50), arrival('b', 49, 59_999)];
    expect(names(chooseArrivals(waiting, RULES, 59_999))).toBe('');
  });

  it('takes all small objects once they have the target together', () => {
    const waiting = [arrival('a', 50), arrival('b', 50, 7)];
    expect(names(chooseArrivals(waiting, RULES, 7))).toBe('ab');
  });

  it('takes all small objects once the oldest has its age', () => {
    const waiting = [arrival('a', 1, 9), arrival('b', 1, 0)];
    expect(names(chooseArrivals(waiting, RULES, 60_000))).toBe('ab');
  });

  it('takes a large object at once, and leaves small ones waiting', () => {
    const waiting = [arrival('a', 79), arrival('b', 80), arrival('c', 500)];
    expect(names(chooseArrivals(waiting, RULES, 0))).toBe('bc');
  });

  it('takes both in the order of their keys when both are due', () => {
    const waiting = [arrival('a', 60), arrival('b', 80), arrival('c', 40)];
    expect(names(chooseArrivals(waiting, RULES, 0))).toBe('abc');
  });

  it('takes at most so many at once, and these as soon as they are there', () => {
    const waiting = [arrival('a', 60), arrival('b', 80), arrival('c', 60)];
    expect(names(chooseArrivals(waiting, RULES, 0, 2))).toBe('ab');
    const tiny = [arrival('a', 1), arrival('b', 1), arrival('c', 1)];
    expect(names(chooseArrivals(tiny, RULES, 0, 4))).toBe('');
    expect(names(chooseArrivals(tiny, RULES, 0, 3))).toBe('abc');
    expect(names(chooseArrivals(tiny, RULES, 0, 2))).toBe('ab');
  });

  it('refuses to wait where nothing of what was listed can be taken in', () => {
    const refuse = () => refuseUnseen([arrival('a', 1)], [{ problem: 'a is no table' }]);
    expect(refuse).toThrow(/^1 of the first 1 objects .*\(a is no table\); put them right/);
    expect(refuse).toThrow(BoundExceededError);
  });

  it('knows when the oldest came', () => {
    expect(oldestOf([])).toBeUndefined();
    expect(oldestOf([arrival('a', 1, 5), arrival('b', 1, 3), arrival('c', 1, 4)])).toBe(3);
  });

  it('sums up what waits', () => {
    expect(summedUp([])).toEqual({ objects: 0, bytes: 0, oldest: null });
    const waiting = [arrival('a', 2, 1_500), arrival('b', 3, 1_000)];
    const oldest = '1970-01-01T00:00:01.000Z';
    expect(summedUp(waiting)).toEqual({ objects: 2, bytes: 5, oldest });
  });
});

/** Objects that come within an hour; the same key may come again with other bytes. */
const arrivals = fc.array(
  fc.record({
    key: fc.nat(12).map((key) => `s3://in/${String(key).padStart(2, '0')}`),
    etag: fc.nat(2).map(String),
    size: fc.oneof(fc.nat(30), fc.integer({ min: 80, max: 300 })),
    second: fc.nat(3600),
  }),
  { maxLength: 60 },
);

/** A bucket and its inbox on a clock of their own. */
class PlayedInbox {
  readonly #bucket = new Map<string, Arrival>();
  readonly #taken = new TakenIn();
  /** What was ever listed, and what was taken in, by key and ETag. */
  readonly listed = new Set<string>();
  readonly all: string[] = [];

  put(object: Arrival): void {
    this.#bucket.set(object.uri, object);
  }

  tick(second: number): void {
    const objects = [...this.#bucket.values()].toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
    for (const { uri, etag } of objects) this.listed.add(`${uri} ${etag}`);
    const waiting = objects.filter((object) => !this.#taken.has(object));
    for (const object of chooseArrivals(waiting, RULES, second * 1000)) {
      this.#taken.add(object);
      this.all.push(`${object.uri} ${object.etag}`);
    }
  }

  left(): readonly Arrival[] {
    return [...this.#bucket.values()].filter((object) => !this.#taken.has(object));
  }
}

describe('ticks of an inbox', () => {
  it('take in every object once, whatever comes again and is replaced', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 600 }), (events, every) => {
        const inbox = new PlayedInbox();
        const coming = events.toSorted((a, b) => a.second - b.second);
        for (let second = 0; second <= 3600 + RULES.maxAgeSeconds + every; second += every) {
          while (coming[0] !== undefined && coming[0].second <= second) {
            const { key, second: at, ...object } = coming.shift()!;
            inbox.put({ uri: key, ...object, arrivedAt: at * 1000 });
          }
          inbox.tick(second);
        }
        expect(inbox.left()).toEqual([]);
        expect(new Set(inbox.all).size).toBe(inbox.all.length);
        expect(inbox.all.every((object) => inbox.listed.has(object))).toBe(true);
      }),
    );
  });
});
