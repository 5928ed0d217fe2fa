import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SOURCES } from './assembly.ts';
import type { PlayedStack } from './played-stack.ts';
import { isConflictAt, reasonsOf, redrive, remove, reported, whyNot } from './playing.ts';
import type { Scenario } from './scenario.ts';
import { largeGzip } from './sources.ts';

/** Roles of functions that reach databases. */
const REACHING = /Database|LoadTable/;

/** All attempts share one server: each play has tables of its own. */
function tableName(): string {
  return `t_${randomUUID().slice(0, 8)}`;
}

/** What loads a version of a text with a bad row into a table. */
async function loadRequest(stack: PlayedStack, table: string, mode: string) {
  const uri = await stack.putSource(`loads/${table}.csv`, Buffer.from('id\n1\nno number\n3\n'));
  return {
    source: { uri, versionId: 'null' },
    ...{ schema: { id: 'int' }, onBadRow: 'reject' },
    output: {
      ...{ uri: `s3://${stack.outputBucket}/${table}/`, mode },
      postgres: { connection: 'main', table },
    },
  };
}

/** What reads a table into files. */
function readRequest(stack: PlayedStack, table: string, mode: string) {
  return {
    source: { postgres: { connection: 'main', table, key: 'id', version: mode } },
    output: { uri: `s3://${stack.outputBucket}/${table}-read/`, mode },
  };
}

/** Runs a request while a foreign object lies at a key, until that is reported; then goes on. */
async function conflictAt(stack: PlayedStack, Key: string, request: object) {
  const Bucket = stack.outputBucket;
  await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
  const denied = stack.deniedCalls();
  const executionArn = await stack.startExecution(request);
  const ended = await reasonsOf(stack, await stack.endOf(executionArn));
  if (!isConflictAt(ended, Key)) return ended;
  const problem = await reported(stack, denied, executionArn);
  await stack.s3.send(new DeleteObjectCommand({ Bucket, Key }));
  return problem ?? (await redrive(stack, executionArn));
}

/** What begins a run again whose plan, rows and rejects are there. */
const BEGINNING = /_manifest\/(run|manifest)[^/]*\.json$|\/data\/chunk-000000\./;

const loaded: Scenario = {
  name: 'a load that lost its claim and its receipt is started again, then its table is replaced',
  about: REACHING,
  async play(stack) {
    const table = tableName();
    const request = await loadRequest(stack, table, 'create');
    const first = await whyNot(stack, request);
    if (first !== undefined) return first;
    await remove(stack, `${table}/`, BEGINNING);
    const again = await whyNot(stack, request);
    if (again !== undefined) return again;
    await stack.putSource(`loads/${table}/1.csv`, Buffer.from('id\n7\n'));
    const parts = await loadRequest(stack, table, 'overwrite');
    const source = `s3://${SOURCES}/loads/${table}/`;
    return await conflictAt(stack, `${table}/data-g000002/chunk-000000.json`, {
      ...parts,
      source,
    });
  },
};

const copied: Scenario = {
  name: 'a table that was read lost its claim and a file, is read again, and replaced by a later state',
  about: REACHING,
  async play(stack) {
    const table = tableName();
    const first = await whyNot(stack, await loadRequest(stack, table, 'create'));
    if (first !== undefined) return first;
    const request = readRequest(stack, table, 'create');
    const read = await whyNot(stack, request);
    if (read !== undefined) return read;
    await remove(stack, `${table}-read/`, BEGINNING);
    const again = await whyNot(stack, request);
    if (again !== undefined) return again;
    const key = `${table}-read/data-g000002/chunk-000000.parquet`;
    return await conflictAt(stack, key, readRequest(stack, table, 'overwrite'));
  },
};

const moved: Scenario = {
  name: 'one table is read into another',
  about: REACHING,
  async play(stack) {
    const table = tableName();
    const first = await whyNot(stack, await loadRequest(stack, table, 'create'));
    const { source } = readRequest(stack, table, 'create');
    const output = {
      uri: `s3://${stack.outputBucket}/${table}-moved/`,
      postgres: { connection: 'main', table: `${table}_moved` },
    };
    return first ?? (await whyNot(stack, { source, output }));
  },
};

const transformedLoad: Scenario = {
  name: 'a function makes rows that are loaded',
  about: /LoadTable/,
  async play(stack) {
    const table = tableName();
    const text = Buffer.from('id,city,amount\n1,a,2\n2,b,\n');
    const source = await stack.putSource(`loads/${table}.csv`, text);
    const schema = { id: 'int', city: 'text', doubled: 'double' };
    return await whyNot(stack, {
      ...{ source, schema: { id: 'int', city: 'text', amount: 'double' } },
      transform: { lambda: 'clean', rows: 'fewer', schema },
      output: {
        uri: `s3://${stack.outputBucket}/${table}/`,
        postgres: { connection: 'main', table },
      },
    });
  },
};

const largeLoad: Scenario = {
  name: 'a large text in gzip gets a seek index, and is loaded by several',
  about: /LoadTable/,
  async play(stack) {
    const table = tableName();
    const uri = await stack.putSource(`loads/${table}.csv.gz`, largeGzip());
    return await whyNot(stack, {
      source: { uri, csv: { header: false } },
      schema: { id: 'int', note: 'text' },
      output: {
        uri: `s3://${stack.outputBucket}/${table}/`,
        ...{ files: 2, postgres: { connection: 'main', table } },
      },
    });
  },
};

/** Those of databases; those that need the most permissions come first. */
export const DATABASE_SCENARIOS: readonly Scenario[] = [
  loaded,
  copied,
  moved,
  transformedLoad,
  largeLoad,
];
