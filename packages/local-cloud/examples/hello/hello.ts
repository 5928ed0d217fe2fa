import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import { startLocalCloud } from '@sparse-fanout/local-cloud';

const stateDirectory = await mkdtemp(join(tmpdir(), 'hello-'));
const assemblyDirectory = join(import.meta.dirname, 'assembly'); // or your own cdk.out
const cloud = await startLocalCloud({ assemblyDirectory, stateDirectory });

const { region, credentials, caPem, endpoints, outputs } = cloud;
const requestHandler = { httpsAgent: { ca: caPem } };
const s3 = new S3({ region, credentials, requestHandler, endpoint: endpoints.s3 });
const states = new SFN({ region, credentials, requestHandler, endpoint: endpoints.states });

await s3.putObject({ Bucket: outputs['Box'], Key: 'name.txt', Body: 'reader' });
const { Body } = await s3.getObject({ Bucket: outputs['Box'], Key: 'name.txt' });
const name = await Body?.transformToString();

const { executionArn } = await states.startExecution({
  stateMachineArn: outputs['Greeter'],
  input: JSON.stringify({ name }),
});
let execution = await states.describeExecution({ executionArn });
while (execution.status === 'RUNNING') {
  await sleep(50);
  execution = await states.describeExecution({ executionArn });
}
console.log(execution.status, execution.output); // SUCCEEDED "hello, reader"

await cloud.close();
await rm(stateDirectory, { recursive: true });
