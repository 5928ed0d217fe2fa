/**
 * A function for `transform.lambda`: leaves out cancelled rows and writes cities in one form.
 *
 * The contract: the event has two S3 URIs. The function reads the rows at `input`, a Parquet file
 * with the columns of `schema`, and writes Parquet with the columns of `transform.schema` to
 * `output`, in the order of the rows. Its answer does not matter; an error fails the run.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';

const s3 = new S3Client({});

function addressOf(uri) {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  return { Bucket, Key };
}

async function clean(from, to) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`COPY (
    SELECT id, trim(upper(city)) AS city, amount * 2 AS doubled
    FROM read_parquet('${from}') WHERE amount IS NOT NULL
  ) TO '${to}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

export async function handler({ input, output }) {
  const folder = await mkdtemp(join(tmpdir(), 'clean-'));
  try {
    const [from, to] = [join(folder, 'input.parquet'), join(folder, 'output.parquet')];
    const { Body } = await s3.send(new GetObjectCommand(addressOf(input)));
    await writeFile(from, await Body.transformToByteArray());
    await clean(from, to);
    await s3.send(new PutObjectCommand({ ...addressOf(output), Body: await readFile(to) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}
