import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLambdaClient } from '#aws/clients/lambda.ts';
import { listObjects } from '#aws/objects.ts';
import { TransformError } from '#core/errors.ts';
import { callFunctionOf } from '#lambdas/shared/call-function.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

let services: LocalServices;
let directory: string;

beforeAll(async () => {
  services = await startLocalServices();
  directory = await mkdtemp(join(tmpdir(), 'call-function-'));
  await writeFile(join(directory, 'given.parquet'), 'rows');
});

afterAll(async () => {
  await services.close();
  await rm(directory, { recursive: true });
});

it('fails before anything is sent where the deployment has another version now', async () => {
  const { s3, bucket } = services;
  const transforms = { clean: 'arn:aws:lambda:us-east-1:1:function:f:4' };
  const deps = { s3, lambda: createLambdaClient(), transforms };
  const call = callFunctionOf(deps, { bucket, runId: 'run', what: 'chunk 0' });
  const lambda = { name: 'clean', version: '3' };
  const failed = call({ lambda, path: join(directory, 'given.parquet') });
  await expect(failed).rejects.toThrow(TransformError);
  await expect(failed).rejects.toThrow(
    'the run was planned with transform.lambda clean (version 3), but the deployment has version 4 now; start the request again',
  );
  expect(await Array.fromAsync(listObjects(s3, bucket, '_transform/'))).toEqual([]);
});
