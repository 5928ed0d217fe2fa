import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import {
  addPostgresOption,
  postgresContext,
  postgresSecrets,
} from '#cli/options/postgres-option.ts';

function parse(...given: string[]) {
  const command = addPostgresOption(new Command('run')).exitOverride();
  command.configureOutput({ writeErr: () => undefined });
  return command
    .parse(
      given.flatMap((each) => ['--postgres', each]),
      { from: 'user' },
    )
    .opts()['postgres'];
}

it('takes the login out of a URL or a file, and leaves it out of the context', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'postgres-option-'));
  const file = join(directory, 'url.txt');
  await writeFile(file, 'postgresql://b:p@db.example/x\n');
  const given = parse('main=postgres://me:p%40ss%3D@localhost:5433/my%20db', `other=${file}`);
  const main = {
    host: 'localhost',
    port: 5433,
    username: 'me',
    password: 'p@ss=',
    dbname: 'my db',
  };
  const other = { host: 'db.example', username: 'b', password: 'p', dbname: 'x' };
  expect(postgresSecrets(given)).toEqual({
    'sparse-fanout/postgres/main': JSON.stringify(main),
    'sparse-fanout/postgres/other': JSON.stringify(other),
  });
  expect(JSON.parse(postgresContext(given)!)).toEqual({
    main: { secretName: 'sparse-fanout/postgres/main', tls: false },
    other: { secretName: 'sparse-fanout/postgres/other', tls: true },
  });
  await rm(directory, { recursive: true });
});

it.each([
  ['postgres://a:b@localhost/x?sslmode=require', true],
  ['postgres://a:b@[::1]/x', false],
  ['postgres://a:b@10.0.0.1/x?sslmode=disable', false],
])('of %s TLS is %s', (url, tls) => {
  expect(parse(`main=${url}`)).toMatchObject({ main: { tls } });
});

it.each(['main', 'main=', '1=postgres://a@b/c', 'main=/no/such/file', 'main=postgres://:b@c'])(
  'fails for %s',
  (given) => {
    expect(() => parse(given)).toThrow(/give a name and a URL|the URL must be of the form/);
  },
);

it('has nothing where nothing is given', () => {
  expect(postgresContext(undefined)).toBeUndefined();
  expect(postgresSecrets()).toEqual({});
});
