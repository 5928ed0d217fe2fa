import { expect, it } from 'vitest';
import { readWaiting } from '#aws/waiting-in.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { TakenIn } from '#core/tables/inbox/taken-in.ts';
import { hookClients } from '#support/hooked-clients.ts';
import { servedBucket } from '#test/served.ts';

const { services, bucket } = await servedBucket();

it('says what waits, what is in, and what was replaced', async () => {
  for (const key of ['in/a', 'in/b', 'in/c', 'in/_SUCCESS']) await bucket.put(key, 'x');
  const uri = `s3://${services.bucket}/in/`;
  const etag = '9dd4e461268c8034f5c8564e155c67a6';
  const taken = new TakenIn();
  taken.add({ uri: `${uri}a`, etag });
  taken.add({ uri: `${uri}c`, etag: 'other' });
  expect(await readWaiting(services.s3, { uri, taken })).toMatchObject({
    waiting: [{ uri: `${uri}b`, etag, size: 1 }, { uri: `${uri}c` }],
    ...{ replaced: [`${uri}c`], in: 1, more: false },
  });
});

it('lists no more than a tick can hold, and says that there is more', async () => {
  const puts = Array.from({ length: 1100 }, (_, at) => async () => {
    await bucket.put(`many/${10_000 + at}`, 'x');
  });
  await Array.fromAsync(inOrder(puts, 16));
  const uri = `s3://${services.bucket}/many/`;
  const taken = new TakenIn();
  const clients = services.connect();
  let lists = 0;
  hookClients(clients, async ({ name }, send) => {
    if (name === 'ListObjectsV2') lists += 1;
    return await send();
  });
  const cut = await readWaiting(clients.s3, { uri, taken, most: 300 });
  expect(cut).toMatchObject({ more: true, in: 0 });
  expect(cut.waiting.map((each) => each.uri)).toEqual(
    Array.from({ length: 300 }, (_, at) => `${uri}${10_000 + at}`),
  );
  expect(lists).toBe(1);
  for (const each of cut.waiting) taken.add(each);
  const next = await readWaiting(clients.s3, { uri, taken, most: 800 });
  expect(next).toMatchObject({ more: false, in: 300 });
  expect(next.waiting).toHaveLength(800);
});
