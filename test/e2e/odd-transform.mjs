/** A function for `transform.lambda` that does what the first row asks for. */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';

const s3 = new S3Client({});
const [from, to] = ['input.parquet', 'output.parquet'].map((name) => join(tmpdir(), name));

function addressOf(uri) {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  return { Bucket, Key };
}

class ValueError extends Error {
  name = 'ValueError';
}

/** What becomes of calls that the function has no use for. */
async function steal({ input, output }) {
  const { Bucket, Key } = addressOf(input);
  const runId = Key.split('/')[1];
  const commands = [
    new PutObjectCommand({ Bucket, Key, Body: 'mine' }),
    new PutObjectCommand({ Bucket, Key: 'stolen/data/chunk-000000.parquet', Body: 'mine' }),
    new PutObjectCommand({ Bucket, Key: 'stolen/_manifest/manifest.json', Body: 'mine' }),
    new GetObjectCommand({ Bucket, Key: 'clean/_manifest/manifest.json' }),
    new GetObjectCommand(addressOf(output)),
    new ListObjectsV2Command({ Bucket, Prefix: `_transform/${runId}/` }),
  ];
  const names = commands.map((command) =>
    s3.send(command).then(
      () => 'done',
      ({ name }) => name,
    ),
  );
  throw new ValueError((await Promise.all(names)).join(' '));
}

const SELECTS = {
  columns: 'SELECT *, 1 AS __index_level_0__ FROM input',
  fewer: 'SELECT * FROM input OFFSET 1',
  more: 'SELECT * FROM input UNION ALL SELECT * FROM input',
};

async function write(select, output) {
  if (select === 'junk') await writeFile(to, 'id,city\n1,junk\n');
  else await query(`COPY (${SELECTS[select] ?? 'FROM input'}) TO '${to}' (FORMAT parquet)`);
  await s3.send(new PutObjectCommand({ ...addressOf(output), Body: await readFile(to) }));
}

async function query(text) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`CREATE VIEW input AS FROM read_parquet('${from}')`);
  const rows = (await connection.runAndReadAll(text)).getRowObjects();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

export async function handler(event) {
  const { Body } = await s3.send(new GetObjectCommand(addressOf(event.input)));
  await rm(to, { force: true });
  await writeFile(from, await Body.transformToByteArray());
  const [{ city }] = await query('SELECT city FROM input LIMIT 1');
  const [what, where] = city.split(' in ');
  const isThere = where === undefined || event.input.includes(`/${where}-`);
  if (what === 'throw' && isThere) throw new ValueError('these rows are bad');
  if (what === 'steal') await steal(event);
  if (what === 'sleep') await sleep(60_000);
  if (what !== 'nothing') await write(what, event.output);
}
