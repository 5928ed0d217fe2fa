import { SCHEMA } from '#bench/tables/columns.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import { LastingSession } from '#support/postgres/lasting-session.ts';

/**
 * Inserts the first rows of a table into another one by one, as programs do that know nothing
 * better: an INSERT for each row, each its own transaction. Arguments: URL, from, into, rows.
 */
const [url, from, into, rows] = process.argv.slice(2) as [string, string, string, string];

await using session = new LastingSession(url);
const names = Object.keys(SCHEMA).map(identifier);
const texts = names.map((name) => `${name}::text`).join(', ');
const given = await session.query(
  `SELECT ${texts} FROM ${from} ORDER BY order_id LIMIT ${Number(rows)}`,
);
const places = names.map((_, index) => `$${index + 1}`).join(', ');
const began = performance.now();
for (const row of given) {
  await session.query(`INSERT INTO ${into} VALUES (${places})`, Object.values(row));
}
process.stdout.write(JSON.stringify({ seconds: (performance.now() - began) / 1000 }));
