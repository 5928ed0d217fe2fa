import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { crashLoadOnce, deedsOf, raceLoadOnce } from './load-crashes.ts';
import { LOAD_KINDS, LoadRoom } from './load-room.ts';

let room: LoadRoom;

beforeAll(async () => {
  room = await LoadRoom.open();
}, patience(10_000));
afterAll(() => room.close());

const [DIRECT, HIDDEN, OVERWRITE] = LOAD_KINDS;

/** What a chunk sends of its session on. */
const CHUNK = [
  /^SET client_encoding/,
  /^BEGIN$/,
  /^INSERT INTO "public"."sparse_fanout_chunks"/,
  /^SELECT c.oid::text AS oid/,
  /^SELECT attname AS name/,
  /^SAVEPOINT rows$/,
  /^COPY "public".* \(FORMAT binary\)$/,
  /^rows of a COPY$/,
  /^end of a COPY$/,
  /^COMMIT$/,
  /^PutObject .*\/data(-g000002)?\/chunk-/,
];

/** The short form of `npm run campaign -- append --loads`, which takes every deed. */
describe.each([
  ['direct', DIRECT!, /^UPDATE .*sparse_fanout_runs" SET published/],
  ['hidden', HIDDEN!, /^DROP TABLE "public"."deeds_hidden_1__/],
  ['overwrite', OVERWRITE!, /^ALTER TABLE .* RENAME TO "deeds_overwrite_1__before_/],
] as const)('a load, %s', { timeout: patience(15_000) }, (_, kind, publishes) => {
  let deeds: readonly string[];

  beforeAll(async () => {
    deeds = await deedsOf(room, kind, 1);
  }, patience(15_000));

  it('sends each chunk with its row in one transaction, its receipt behind it', () => {
    const copy = deeds.findIndex((deed) => deed.startsWith('COPY'));
    const chunk = deeds.slice(copy - 6, copy - 6 + CHUNK.length);
    for (const [at, deed] of chunk.entries()) expect(deed).toMatch(CHUNK[at]!);
    expect(deeds.filter((deed) => deed === 'rows of a COPY')).toHaveLength(2);
  });

  it.each([
    ['rows are on the way', /^rows of a COPY/, 'after'],
    ['a chunk is committed, without an answer', /^COMMIT/, 'lost answer'],
    ['it publishes', publishes, 'after'],
  ] as const)('leaves old or new where it breaks off as %s', async (_what, what, moment) => {
    const deed = deeds.findIndex((each) => what.test(each));
    expect(deed).toBeGreaterThan(0);
    await crashLoadOnce(room, kind, { batch: 1, deed, moment });
  });

  it('has each row once where a twin comes before it publishes', async () => {
    await raceLoadOnce(
      room,
      kind,
      deeds.findIndex((deed) => publishes.test(deed)),
    );
  });
});
