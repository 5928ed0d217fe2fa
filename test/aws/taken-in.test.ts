import { expect, it } from 'vitest';
import { joinLists, readTakenIn } from '#aws/taken-in.ts';
import { ManifestError } from '#core/errors.ts';
import type { Generation } from '#core/manifest/manifest.ts';
import { objectsKey } from '#core/run/output-keys.ts';
import { hookClients } from '#support/hooked-clients.ts';
import { patience } from '#support/patience.ts';
import { servedBucket } from '#test/served.ts';

const { services, bucket } = await servedBucket();

const object = (generation: number) => ({
  ...{ uri: `s3://in/${generation}`, etag: String(generation), versionId: null, size: 1 },
});

/** An output of so many generations, each of one object. */
async function outputOf(name: string, generations: number, since = 1) {
  const prefix = `${name}/`;
  for (let generation = since; generation <= generations; generation += 1) {
    await bucket.put(objectsKey(prefix, generation), `${JSON.stringify(object(generation))}\n`);
  }
  const latest = { generation: generations, generations: [{ generation: since } as Generation] };
  return { location: { bucket: services.bucket, prefix }, latest };
}

/** Reads what is in, and counts the requests. */
async function counted(output: Awaited<ReturnType<typeof outputOf>>) {
  const clients = services.connect();
  let gets = 0;
  hookClients(clients, async ({ name }, send) => {
    if (name === 'GetObject') gets += 1;
    return await send();
  });
  return { ...(await readTakenIn(clients.s3, output)), gets };
}

it('reads nothing of an output that is not there', async () => {
  const location = { bucket: services.bucket, prefix: 'none/' };
  const { taken } = await readTakenIn(services.s3, { location, latest: undefined });
  expect(taken.has(object(1))).toBe(false);
});

it('reads few objects once the lists of hundreds are joined', {
  timeout: patience(2000),
}, async () => {
  const output = await outputOf('many', 203);
  const first = await counted(output);
  expect(first).toMatchObject({ unjoined: [100, 200], gets: 205 });
  await joinLists(services.s3, { ...output, unjoined: first.unjoined });
  const second = await counted(output);
  expect(second).toMatchObject({ unjoined: [], gets: 5 });
  for (const { taken } of [first, second]) {
    for (let generation = 1; generation <= 203; generation += 1) {
      expect(taken.has(object(generation))).toBe(true);
    }
    expect(taken.has(object(204))).toBe(false);
  }
});

it('needs no list of rows that were overwritten, but every other', async () => {
  const { taken } = await readTakenIn(services.s3, await outputOf('overwritten', 5, 3));
  expect(taken.has(object(3))).toBe(true);
  const output = await outputOf('removed', 2);
  const latest = { ...output.latest, generation: 3 };
  const reading = readTakenIn(services.s3, { ...output, latest });
  await expect(reading).rejects.toThrow(ManifestError);
  await expect(reading).rejects.toThrow(/objects-000003\.jsonl is missing/);
});
