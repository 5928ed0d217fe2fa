import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyIn } from '#aws/postgres/copy-in.ts';
import { sendRows } from '#aws/postgres/send-rows.ts';
import { engineDouble } from '#support/postgres/engine-double.ts';
import { failureOf, LoadRoom } from '#support/postgres/load-room.ts';

let room: LoadRoom;

beforeAll(async () => {
  room = await LoadRoom.open();
});

afterAll(() => room.close());

/** Sends rows in a transaction of their own. */
async function sent(table: string, columns: readonly string[], text: string) {
  const { path } = await room.chunkOf(0, 1, text);
  return await room.work(async (client) => {
    await client.query('BEGIN');
    try {
      const done = await sendRows(client, { schema: 'public', table, columns }, path);
      await client.query('COMMIT');
      return done;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  });
}

const padded = (value: number, digits = 2) => String(value).padStart(digits, '0');
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const upTo = (max: number, min = 0) => fc.integer({ min, max });
const day = fc
  .tuple(upTo(9999, 1), upTo(12, 1), upTo(28, 1))
  .map(([year, month, date]) => `${padded(year, 4)}-${padded(month)}-${padded(date)}`);
const fraction = fc.oneof(
  fc.constant(''),
  upTo(999_999).map((micros) => `.${padded(micros, 6)}`),
);
const clock = fc
  .tuple(upTo(23), upTo(59), upTo(59), fraction)
  .map(
    ([hour, minute, second, rest]) =>
      `${[hour, minute, second].map((n) => padded(n)).join(':')}${rest}`,
  );
const moment = fc.tuple(day, clock).map(([date, time]) => `${date} ${time}`);
const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), upTo(9_999_999_999))
  .map(([whole, rest]) => `${whole}.${padded(rest, 10)}`);

/** Texts as the engine writes them, of each type. */
const TYPES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  boolean: fc.boolean().map(String),
  smallint: upTo(32_767, -32_768).map(String),
  integer: upTo(2 ** 31 - 1, -(2 ** 31)).map(String),
  bigint: fc.bigInt({ min: -(2n ** 63n) + 2n, max: 2n ** 63n - 1n }).map(String),
  numeric: decimal,
  'numeric(38,10)': decimal,
  'numeric(20,0)': fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  real: fc.oneof(
    fc.constantFrom('nan', 'inf', '-inf'),
    // Shortest texts of floats, as the engine writes them, have at most nine digits.
    fc
      .float({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => value === 0 || (Math.abs(value) > 1e-30 && Math.abs(value) < 3.4e38))
      .map((value) => value.toPrecision(9)),
  ),
  'double precision': fc.oneof(
    fc.constantFrom('nan', 'inf', '-inf', '1e-40'),
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e40, max: 1e40 })
      .filter((value) => value === 0 || Math.abs(value) > 1e-40)
      .map(engineDouble),
  ),
  text: fc.string({ unit: 'grapheme' }).map((given) => quoted(given.replaceAll('\0', ''))),
  'character varying': fc.string().map(quoted),
  bytea: fc.uint8Array().map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  date: day,
  'time without time zone': clock,
  'time(6) without time zone': clock,
  'timestamp without time zone': moment,
  'timestamp with time zone': moment.map((text) => `${text}+00`),
  uuid: fc.uuid(),
};

it('sends each type in the binary format, as the server itself reads the text', async () => {
  const types = Object.keys(TYPES);
  const columns = types.map((_, at) => `c${at}`);
  const definitions = types.map((type, at) => `c${at} ${type}`).join(', ');
  await room.server.query(`CREATE TABLE own (${definitions}); CREATE TABLE read (${definitions});
    GRANT ALL ON own, read TO loader`);
  const field = (texts: fc.Arbitrary<string>) =>
    fc.oneof({ weight: 9, arbitrary: texts }, fc.constant(''));
  const rows = fc.sample(fc.tuple(...Object.values(TYPES).map(field)), { numRuns: 2000, seed: 7 });
  const text = rows.map((row) => `${row.join(',')}\n`).join('');
  expect(await sent('own', columns, text)).toEqual({ taken: 2000, format: 'binary' });
  await room.work((client) =>
    copyIn(client, 'COPY public.read FROM STDIN (FORMAT csv)', Readable.from([Buffer.from(text)])),
  );
  const [own, read] = await Promise.all(
    ['own', 'read'].map((table) => room.server.query(`SELECT t::text FROM ${table} t ORDER BY 1`)),
  );
  expect(own).toEqual(read);
});

it.each([
  ['a date far away', 'date', '10000-01-01', '10000-01-01'],
  ['a spelling of the server alone', 'integer', ' 7', 7],
  ['a type that has no binary form here', 'money', '7', '$7.00'],
  ['a record of 5 MiB', 'text', 'y'.repeat(5 * 1024 * 1024), 'y'.repeat(5 * 1024 * 1024)],
])('sends %s as text', async (what, type, spelled, held) => {
  const table = what.replaceAll(' ', '_').toLowerCase();
  await room.server.query(
    `CREATE TABLE ${table} (a ${type}, b text); GRANT ALL ON ${table} TO loader`,
  );
  const text = `${'1,plain\n'.replace('1', type === 'date' ? '2000-01-01' : '1').repeat(50_000)}${spelled},odd\n`;
  expect(await sent(table, ['a', 'b'], text)).toEqual({ taken: 50_001, format: 'csv' });
  const found = await room.server.query(`SELECT a::text AS a FROM ${table} WHERE b = 'odd'`);
  expect(found).toEqual([{ a: String(held) }]);
  expect(await room.server.query(`SELECT count(*)::int FROM ${table}`)).toEqual([
    { count: 50_001 },
  ]);
});

it.each([
  ['a constraint', '3,x\n3,y\n', /23505: .*COPY refusing, line 2; Key \(a\)=\(3\)/],
  ['a check', '3,x\n-1,y\n', /23514: .*COPY refusing, line 2: "-1,y"/],
  ['NULL', '3,x\n,y\n', /23502: .*COPY refusing, line 2: ",y"/],
  ['a length', '3,x\n4,too long\n', /22001: .*COPY refusing, line 2, column b: "too long"/],
])('names the line that %s refuses, and leaves nothing', async (_what, text, said) => {
  await room.server.query(`DROP TABLE IF EXISTS refusing;
    CREATE TABLE refusing (a int PRIMARY KEY CHECK (a > 0), b varchar(3)); GRANT ALL ON refusing TO loader`);
  expect(await failureOf(sent('refusing', ['a', 'b'], text))).toMatch(said);
  expect(await room.server.query('SELECT FROM refusing')).toHaveLength(0);
});

it('fills the columns that it is given, in their order', async () => {
  await room.server.query(`CREATE TABLE some_columns (a int, b text, c date DEFAULT '2000-01-01', "d""" int);
    GRANT ALL ON some_columns TO loader`);
  expect(await sent('some_columns', ['d"', 'a'], '1,2\n3,4\n')).toEqual({
    taken: 2,
    format: 'binary',
  });
  const found = await room.server.query('SELECT a, b, c::text, "d""" AS d FROM some_columns');
  expect(found).toEqual([
    { a: 2, b: null, c: '2000-01-01', d: 1 },
    { a: 4, b: null, c: '2000-01-01', d: 3 },
  ]);
});
