/**
 * `npm run campaign -- versitygw`: one object is the same through an S3 that others wrote as
 * through the local one.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificate } from '@sparse-fanout/local-cloud/tls.ts';
import { startLocalServices } from '#support/local-services.ts';
import { buildGateway, startGateway } from './gateway.ts';
import { makeObject } from './one-object.ts';

const EXIT_ABSENT = 3;

async function compare(binary: string): Promise<boolean> {
  const services = await startLocalServices();
  const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-versitygw-'));
  // The runs have the same ids, so each S3 has a ledger of its own.
  const ledgers = await startLocalServices();
  const { bucket, table } = services;
  const tls = await createCertificate(directory);
  const gateway = await startGateway(binary, { directory, bucket, tls });
  try {
    let isSame = true;
    for (const compression of ['none', 'gzip'] as const) {
      const own = { clients: services, stores: { bucket, table } };
      const other = { clients: { s3: gateway.s3, dynamo: ledgers.dynamo }, stores: own.stores };
      const local = await makeObject(own, compression);
      const found = await makeObject(other, compression);
      console.log(`${compression}: local ${JSON.stringify(local)}`);
      console.log(`${compression}: versitygw ${JSON.stringify(found)}`);
      isSame &&= JSON.stringify(local) === JSON.stringify(found);
    }
    return isSame;
  } finally {
    await gateway.close();
    await services.close();
    await ledgers.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const binary = await buildGateway();
if (binary === undefined) {
  console.log('skipped: versitygw is built by Go, which is not on this machine');
  process.exitCode = EXIT_ABSENT;
} else {
  const isSame = await compare(binary);
  console.log(isSame ? 'the objects are the same, ETags too' : 'the objects DIFFER');
  process.exitCode = isSame ? 0 : 1;
}
