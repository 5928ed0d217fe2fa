import { describe, expect, it } from 'vitest';
import { hookClients } from '#support/hooked-clients.ts';
import { patience } from '#support/patience.ts';
import { finishRun, planRun } from '#support/run-steps.ts';
import { PlayedInbox } from '#support/tables/played-inbox.ts';
import { parquetOf } from '#support/tables/table-content.ts';
import { servedBucket } from '#test/served.ts';

/** Each run starts the engine. */
const TIMEOUT = { timeout: patience(6000) };

const { services, bucket } = await servedBucket();

/** `{"id":17}` and a line feed for each row. */
function lines(...ids: readonly number[]): string {
  return ids.map((id) => `{"id":${id}}\n`).join('');
}

/** What S3 says of an object, with a status. */
function refusal(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`${name} it is`), { name, $metadata: { httpStatusCode } });
}

/** Clients to which S3 refuses objects of some names. */
function refusing(names: readonly string[], error: Error) {
  const clients = services.connect();
  hookClients(clients, async ({ name, subject }, send) => {
    const isRead = name === 'HeadObject' || name === 'GetObject';
    if (isRead && names.some((each) => subject.endsWith(`-in/${each}`))) throw error;
    return await send();
  });
  return clients;
}

/** Names of what the plan of a tick has set aside. */
function asideIn(planned: unknown): readonly (string | undefined)[] {
  const { warnings } = (planned as { summary: { warnings: readonly string[] } }).summary;
  const named = warnings.filter((text) => text.startsWith('set aside: '));
  return named.map((text) => /-in\/([\w.]+)/.exec(text)?.[1]);
}

describe('an object that makes the plan of its batch fail', TIMEOUT, () => {
  it('is set aside where it has more bad values than are rejected', async () => {
    const inbox = new PlayedInbox(services, 'bad-values');
    await inbox.put('a.jsonl', lines(1, 2));
    await inbox.put('b.jsonl', '{"id":"x"}\n'.repeat(100_001));
    await inbox.put('c.jsonl', lines(3, 4));
    inbox.pass(11);
    const planned = await inbox.plan();
    expect(asideIn(planned)).toEqual(['b.jsonl']);
    expect(await finishRun(services, services, planned)).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2, 3, 4]);
    expect(await inbox.plan()).toMatchObject({
      decision: 'waiting',
      waiting: {
        objects: 1,
        setAside: [{ problem: expect.stringMatching(/more than 100000 rows of .*b\.jsonl/) }],
      },
    });
  });

  it('is set aside where pages of Parquet are damaged', async () => {
    const inbox = new PlayedInbox(services, 'pages');
    const whole = await parquetOf('SELECT range::INTEGER AS id FROM range(1000)');
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 4, 24);
    await inbox.put('a.parquet', damaged);
    await inbox.put('b.parquet', whole);
    expect(await inbox.tick()).toBe(1);
    expect(await inbox.listed('objects.jsonl')).toEqual(['b.parquet']);
    expect(await inbox.plan()).toMatchObject({ decision: 'waiting', waiting: { objects: 1 } });
  });

  it('is set aside where its name says what is not read', async () => {
    const inbox = new PlayedInbox(services, 'names');
    await inbox.put('a.jsonl', lines(1, 2, 3, 4));
    const b = await inbox.put('b.xlsx', lines(5, 6));
    const c = await inbox.put('c.csv', lines(5, 6));
    expect(await inbox.tick()).toBe(1);
    inbox.pass(11);
    const setAside = [b, c].map((uri) => ({ uri }));
    expect(await inbox.plan()).toMatchObject({ decision: 'waiting', waiting: { setAside } });
  });
});

describe('an object that may not be read', TIMEOUT, () => {
  it.each([
    ['the role has no permission', refusal('AccessDenied', 403)],
    ['its key is disabled', refusal('KMS.DisabledException', 400)],
    ['it is archived', refusal('InvalidObjectState', 403)],
  ])('is set aside and named where %s', async (what, error) => {
    const inbox = new PlayedInbox(services, `denied-${what.length}`);
    await inbox.put('a.jsonl', lines(1, 2));
    await inbox.put('b.jsonl', lines(3, 4));
    await inbox.put('c.jsonl', lines(5, 6));
    const clients = refusing(['b.jsonl'], error);
    const planned = await planRun(clients, inbox.stores, inbox.request());
    expect(asideIn(planned)).toEqual(['b.jsonl']);
    expect(await finishRun(clients, inbox.stores, planned)).toBe(1);
    expect(await inbox.rows()).toEqual([1, 2, 5, 6]);
    inbox.pass(11);
    expect(await inbox.tick()).toBe(2);
    expect(await inbox.rows()).toEqual([1, 2, 5, 6, 3, 4]);
  });

  it('fails the tick where that is so of all, as not they but the role is at fault', async () => {
    const inbox = new PlayedInbox(services, 'all-denied');
    await inbox.put('a.jsonl', lines(1, 2));
    await inbox.put('b.jsonl', lines(3, 4));
    const clients = refusing(['a.jsonl', 'b.jsonl'], refusal('AccessDenied', 403));
    await expect(inbox.tick(clients)).rejects.toMatchObject({ name: 'AccessDeniedError' });
    expect(await bucket.below('all-denied/')).toEqual({});
  });
});
