import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PageServer, startPageServer } from '#local/page-server.ts';

let server: PageServer;
let port: number;

beforeAll(async () => {
  server = await startPageServer(async ({ url, method }) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname === '/broken') throw new RangeError('no such page');
    const text = `${method} ${pathname} ${searchParams.get('key')}`;
    return new Response(text, { headers: { 'content-type': 'text/html' } });
  }, 0);
  port = Number(new URL(server.url).port);
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Sends a request with exactly these headers, as no browser could be made to. */
async function ask(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = { port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } };
  request({ host: '127.0.0.1', ...options }, async (response) => {
    const text = Buffer.concat(await Array.fromAsync(response)).toString();
    resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
  })
    .on('error', reject)
    .end();
  return await promise;
}

describe('a page server', () => {
  it('answers this machine by its address or name, and lets no other page keep or embed it', async () => {
    expect(server.url).toBe(`http://127.0.0.1:${port}/`);
    const { status, headers, text } = await ask('/a%20b?key=%3Cx%3E');
    expect([status, text]).toEqual([200, 'GET /a%20b <x>']);
    expect(headers).toMatchObject({
      ...{ 'content-type': 'text/html', 'cache-control': 'no-store', 'x-frame-options': 'DENY' },
      'cross-origin-resource-policy': 'same-origin',
    });
    expect((await ask('/', { host: `localhost:${port}` })).status).toBe(200);
    expect(await ask('/', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it.each([
    [421, { host: 'attacker.example' }],
    [421, { host: `attacker.example:1` }],
    [421, { host: '127.0.0.1' }],
    [403, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    [403, { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  ])('refuses with %i what another page makes a browser ask (%o)', async (status, headers) => {
    expect((await ask('/', headers)).status).toBe(status);
  });

  it('lets a person follow a link from elsewhere', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask('/', link)).status).toBe(200);
  });

  it('fails at methods that change something', async () => {
    expect((await ask('/', {}, 'POST')).status).toBe(405);
  });

  it('says why a page could not be made, and goes on', async () => {
    expect(await ask('/broken')).toMatchObject({ status: 500, text: 'RangeError: no such page\n' });
    expect((await ask('/')).status).toBe(200);
  });

  it('takes another port where a process has the one that is asked for', async () => {
    const other = await startPageServer(async () => new Response('other'), port);
    expect(other.url).not.toBe(server.url);
    await other.close();
  });
});
