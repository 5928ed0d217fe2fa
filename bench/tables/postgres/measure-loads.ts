import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { columnDefinitions } from '#aws/postgres/table-shape.ts';
import { digits, type Goal, type Measure } from '#bench/encode/goals.ts';
import { median } from '#bench/encode/measure.ts';
import { CSV_HEADER, SCHEMA } from '#bench/tables/columns.ts';
import { measured, run, type Usage } from '#bench/tables/run-way.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { DISTANCE_MILLISECONDS, DistantServer } from './distant-server.ts';
import { serverCpuSeconds } from './server-cpu.ts';

/** How one way loaded the table. */
export interface Loaded {
  readonly name: string;
  readonly rows: number;
  /** Of the client and the server together; seconds of the INSERTs without their preparation. */
  readonly usages: readonly Usage[];
}

/** What a table is loaded with. */
interface LoadOptions {
  readonly folder: string;
  readonly python: string;
  readonly csv: string;
  readonly rows: number;
  readonly repetitions: number;
  readonly say: (line: string) => void;
}

const OURS = 'COPY of ours';
const PSQL = 'psql \\copy';
const INSERTS = 'INSERT for each row';

/** The same, with a network between as a function has it. */
const AWAY = `, ${DISTANCE_MILLISECONDS} ms away`;

/** So many are enough: each waits for the disk. */
const INSERTED_ROWS = 3_000;

const SETTINGS = ['fsync = on', 'shared_buffers = 256MB', 'max_wal_size = 4GB'];

/** A run that no other is, by its number. */
function runId(repetition: number): string {
  return String(repetition).padStart(32, '0');
}

/** The table without its header, which a chunk never has. */
async function headless(csv: string): Promise<string> {
  const file = `${csv}.rows`;
  const known = await stat(file).catch(() => undefined);
  if (known?.size !== (await stat(csv)).size - Buffer.byteLength(CSV_HEADER)) {
    const rows = createReadStream(csv, { start: Buffer.byteLength(CSV_HEADER) });
    await pipeline(rows, createWriteStream(file));
  }
  return file;
}

/** Ours, bundled as a deployed function is. */
async function bundled(folder: string): Promise<string> {
  const outfile = path.join(folder, 'load-ours.mjs');
  const banner = {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  };
  await build({
    ...{ entryPoints: [fileURLToPath(import.meta.resolve('./load-ours.ts'))], outfile, banner },
    ...{ bundle: true, minify: true, logLevel: 'error', external: ['pg-native'] },
    ...{ platform: 'node', format: 'esm', mainFields: ['module', 'main'] },
  });
  return outfile;
}

async function hasPsql(): Promise<boolean> {
  return await run(['psql', '--version']).then(Boolean, () => false);
}

/** Rows of a table, and a digest of them in any order. */
async function seen(server: PostgresServer, table: string): Promise<string> {
  const found = await server.query(
    `SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM ${table} t`,
  );
  return JSON.stringify(found);
}

/** Tables of the columns, one for each way. */
async function makeTables(server: PostgresServer): Promise<void> {
  const columns = columnDefinitions(tableSchema.parse(SCHEMA), identifier);
  for (const table of ['ours', 'theirs', 'inserted']) {
    await server.query(`CREATE TABLE ${table} (${columns})`);
  }
}

/** Measures a program and the server that it keeps busy; nothing of before is written meanwhile. */
async function measuredWith(
  server: PostgresServer,
  { python }: LoadOptions,
  { table, command }: { readonly table: string; readonly command: readonly string[] },
): Promise<Usage> {
  await server.query(`TRUNCATE ${table}`);
  await server.query('CHECKPOINT');
  const before = await serverCpuSeconds(server.pid);
  const client = await measured(python, command);
  const cpuSeconds = client.cpuSeconds + (await serverCpuSeconds(server.pid)) - before;
  return { ...client, cpuSeconds };
}

/** The commands of all ways; that of ours is of the run of a repetition. */
async function commandsOf(server: PostgresServer, port: number, options: LoadOptions) {
  const { folder, csv, rows } = options;
  const file = await headless(csv);
  const script = await bundled(folder);
  const { host, user, password, database } = server;
  const login = JSON.stringify({ host, port, user, password, database, tls: false });
  const url = server.url.replace(`:${server.port}`, `:${port}`);
  const node = [process.execPath, '--max-semi-space-size=2', script];
  const inserts = fileURLToPath(import.meta.resolve('./insert-rows.ts'));
  return {
    ours: (repetition: number) => [...node, login, file, String(rows), 'ours', runId(repetition)],
    psql: ['psql', url, '-qc', `\\copy theirs FROM '${file}' (FORMAT csv)`],
    inserts: [process.execPath, inserts, url, 'ours', 'inserted', String(INSERTED_ROWS)],
  };
}

async function assertSame(server: PostgresServer): Promise<void> {
  const [ours, theirs] = [await seen(server, 'ours'), await seen(server, 'theirs')];
  if (ours !== theirs) throw new Error(`psql loaded ${theirs}, ours ${ours}`);
}

/** Seconds of the INSERTs of some rows, without their preparation. */
async function inserted(server: PostgresServer, command: readonly string[]): Promise<Usage> {
  await server.query('TRUNCATE inserted');
  const { seconds } = JSON.parse(await run(command));
  return { seconds, cpuSeconds: NaN, peakRssBytes: 0 };
}

/**
 * Loads the table into a PostgreSQL that writes as safely as it does by default: by ours, by
 * `\\copy` of psql where that is on the machine, and some of its rows by an INSERT each; ours and
 * the INSERTs also with a network between.
 */
export async function measureLoads(options: LoadOptions): Promise<readonly Loaded[]> {
  const { rows, repetitions, say } = options;
  await using server = await PostgresServer.start({ settings: SETTINGS });
  await using distant = await DistantServer.open(server.host, server.port);
  await makeTables(server);
  const near = await commandsOf(server, server.port, options);
  const away = await commandsOf(server, distant.port, options);
  const isThere = await hasPsql();
  if (!isThere) say('psql is not on this machine: \\copy is not compared');
  const [ours, psql, inserts, oursAway, insertsAway]: Usage[][] = [[], [], [], [], []];
  for (let turn = 0; turn < repetitions; turn += 1) {
    const own = (command: readonly string[]) =>
      measuredWith(server, options, { table: 'ours', command });
    ours!.push(await own(near.ours(2 * turn)));
    if (isThere) {
      const theirs = { table: 'theirs', command: near.psql };
      psql!.push(await measuredWith(server, options, theirs));
      if (turn === 0) await assertSame(server);
    }
    inserts!.push(await inserted(server, near.inserts));
    oursAway!.push(await own(away.ours(2 * turn + 1)));
    insertsAway!.push(await inserted(server, away.inserts));
  }
  return [
    { name: OURS, rows, usages: ours! },
    ...(isThere ? [{ name: PSQL, rows, usages: psql! }] : []),
    { name: INSERTS, rows: INSERTED_ROWS, usages: inserts! },
    { name: `${OURS}${AWAY}`, rows, usages: oursAway! },
    { name: `${INSERTS}${AWAY}`, rows: INSERTED_ROWS, usages: insertsAway! },
  ];
}

const COPY_GOAL: Goal = { must: 0.95, aim: 1, better: 'higher' };
const INSERT_GOAL: Goal = { must: 100, aim: 500, better: 'higher' };

function ratios(measure: string, values: readonly number[], goal?: Goal): Measure {
  return {
    ...{ data: 'postgres', measure, value: median(values) },
    quartiles: [Math.min(...values), Math.max(...values)],
    ...(goal && { goal }),
  };
}

/** Ratios of two ways, turn by turn. */
function inTurn(ours: Loaded, theirs: Loaded, ratio: (own: Usage, other: Usage) => number) {
  return theirs.usages.map((other, turn) => ratio(ours.usages[turn]!, other));
}

/** Rows a second of ours ÷ those of another way. */
function faster(ours: Loaded, theirs: Loaded): readonly number[] {
  const secondsOf = ({ seconds }: Usage, { rows }: Loaded) => seconds / rows;
  return inTurn(ours, theirs, (own, other) => secondsOf(other, theirs) / secondsOf(own, ours));
}

/** How ours compares: by CPU time of client and server, and by rows a second. */
export function loadMeasures(all: readonly Loaded[]): readonly Measure[] {
  const of = (name: string) => all.find((each) => each.name === name);
  const [ours, psql] = [of(OURS)!, of(PSQL)];
  const inserts = (away: string, goal?: Goal) =>
    ratios(
      `rows/s ÷ those of INSERTs${away}`,
      faster(of(`${OURS}${away}`)!, of(`${INSERTS}${away}`)!),
      goal,
    );
  // How fast an INSERT is follows from disk and network alone: on some machines hardly anything.
  const besideInserts = [inserts(''), inserts(AWAY, INSERT_GOAL)];
  if (psql === undefined) return besideInserts;
  const cpu = inTurn(ours, psql, (own, other) => other.cpuSeconds / own.cpuSeconds);
  return [
    ratios('CPU of psql \\copy and its server ÷ ours', cpu, COPY_GOAL),
    ratios('seconds of psql \\copy ÷ ours', faster(ours, psql)),
    ...besideInserts,
  ];
}

/** A way in a line: rows a second, and what it used. */
export function loadLine({ name, rows, usages }: Loaded): string {
  const of = (figure: keyof Usage) => median(usages.map((usage) => usage[figure]));
  const cpu = Number.isNaN(of('cpuSeconds')) ? '' : `, ${digits(of('cpuSeconds'))} s CPU`;
  const speed = Math.round(rows / of('seconds')).toLocaleString('en');
  return `postgres  ${name.padEnd(26)}  ${speed} rows/s (${digits(of('seconds'))} s${cpu})`;
}
