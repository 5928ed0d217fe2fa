import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '#local/local-cloud.ts';
import { StateDirectoryInUse } from '#local/state-directory.ts';
import { bundleSmallFunction, writeSmallAssembly } from './small-assembly.ts';

let root: string;
let bundle: string;
let stateDirectory: string;
let cloud: LocalCloud | undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'local-cloud-'));
  bundle = await bundleSmallFunction(join(root, 'bundle'));
  return () => rm(root, { recursive: true });
});

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(root, 'state-'));
});

afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});

type Change = Parameters<typeof writeSmallAssembly>[2];

async function start(change?: Change): Promise<LocalCloud> {
  const assemblyDirectory = await writeSmallAssembly(
    await mkdtemp(join(root, 'out-')),
    bundle,
    change,
  );
  cloud = await startLocalCloud({ assemblyDirectory, stateDirectory });
  return cloud;
}

function clientsOf({ region, credentials, caPem, endpoints }: LocalCloud) {
  const shared = { region, credentials, requestHandler: { httpsAgent: { ca: caPem } } };
  return {
    s3: new S3Client({ ...shared, endpoint: endpoints.s3 }),
    dynamodb: new DynamoDBClient({ ...shared, endpoint: endpoints.dynamodb }),
    states: new SFNClient({ ...shared, endpoint: endpoints.states }),
  };
}

async function put(running: LocalCloud, Key: string, Body: string): Promise<void> {
  const Bucket = running.outputs['Box'];
  await clientsOf(running).s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function attributeOf(running: LocalCloud, id: string, attribute: 'bytes' | 'pid') {
  const TableName = running.outputs['Table'];
  const command = new GetItemCommand({ TableName, Key: { id: { S: id } } });
  return (await clientsOf(running).dynamodb.send(command)).Item?.[attribute]?.N;
}

const lengthOf = (running: LocalCloud, id: string) => attributeOf(running, id, 'bytes');

async function startExecution(running: LocalCloud, input: object): Promise<string | undefined> {
  const stateMachineArn = running.outputs['Machine'];
  const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
  return (await clientsOf(running).states.send(command)).executionArn;
}

async function execute(running: LocalCloud, input: object) {
  const { states } = clientsOf(running);
  const executionArn = await startExecution(running, input);
  return expect
    .poll(() => states.send(new DescribeExecutionCommand({ executionArn })))
    .toSatisfy(({ status }) => status !== 'RUNNING')
    .then(() => states.send(new DescribeExecutionCommand({ executionArn })));
}

const objectEvent = ({ outputs }: LocalCloud, key: string) => ({
  detail: { bucket: { name: outputs['Box'] }, object: { key } },
});

describe('a deployed stack', () => {
  it('runs an object put by any client through rule, state machine and function to the table', async () => {
    const running = await start();
    await put(running, 'in/a.txt', 'twelve bytes');
    await expect.poll(() => lengthOf(running, 'in/a.txt')).toBe('12');
    await put(running, 'in/ignored.csv', 'not matched');
    const { states } = clientsOf(running);
    const stateMachineArn = running.outputs['Machine'];
    const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions).toHaveLength(1);
    expect(running.denials).toEqual([]);
    expect(running.undelivered).toEqual([]);
    expect(running.processes()).toMatchObject([{ invocations: 1 }]);
    expect(running.notSimulated).toContain('AWS::KMS::Key Key');
  });

  it('gives the bytes of an object a second name, which outlives the object', async () => {
    const running = await start();
    const Bucket = running.outputs['Box']!;
    const { s3 } = clientsOf(running);
    const ChecksumAlgorithm = 'CRC32';
    const object = { Bucket, Key: 'kept.csv', Body: 'twelve bytes', ChecksumAlgorithm } as const;
    await s3.send(new PutObjectCommand(object));
    const path = join(root, 'linked.csv');
    const linked = await running.linkObject({ bucket: Bucket, key: 'kept.csv' }, path);
    expect(linked).toEqual({ size: 12, crc32: crc32('twelve bytes').toString(16) });
    expect((await stat(path)).nlink).toBe(2);
    await put(running, 'kept.csv', 'others');
    expect(await readFile(path, 'utf8')).toBe('twelve bytes');
    const none = running.linkObject({ bucket: Bucket, key: 'none' }, join(root, 'none'));
    expect(await none).toBeUndefined();
  });

  it('fails where a permission is missing, naming role, action and resource', async () => {
    const running = await start(({ RolePolicy }) => {
      RolePolicy!.Properties['PolicyDocument'].Statement[0].Action = 's3:ListBucket';
    });
    await put(running, 'quiet.csv', 'x');
    const { status, error, cause } = await execute(running, objectEvent(running, 'quiet.csv'));
    expect(status).toBe('FAILED');
    expect(error).toBe('AccessDenied');
    expect(cause).toContain(
      `assumed-role/small-role/small-measure is not authorized to perform: s3:GetObject on resource: \\"arn:aws:s3:::${running.outputs['Box']}/quiet.csv\\" because no identity-based policy allows the s3:GetObject action`,
    );
    expect(running.denials).toMatchObject([{ action: 's3:GetObject' }]);
  });

  it('fails the invocation when the state machine may not invoke', async () => {
    const running = await start(({ MachinePolicy }) => {
      MachinePolicy!.Properties['PolicyDocument'].Statement[0].Resource = 'arn:aws:lambda:other';
    });
    const { error, cause } = await execute(running, objectEvent(running, 'x'));
    expect(error).toBe('Lambda.AWSLambdaException');
    expect(cause).toContain('is not authorized to perform: lambda:InvokeFunction');
  });

  it('keeps an event that its rule may not deliver in the dead-letter queue', async () => {
    const running = await start(({ RuleRole }) => {
      RuleRole!.Properties['Policies'][0].PolicyDocument.Statement[0].Resource = 'arn:other';
    });
    await put(running, 'in/a.txt', 'x');
    const queueArn = running.outputs['LettersArn'] ?? '';
    await expect.poll(() => running.deadLetters(queueArn)).toHaveLength(1);
    const [letter] = await running.deadLetters(queueArn);
    expect(letter?.attributes).toMatchObject({
      TARGET_ARN: running.outputs['Machine'],
      ERROR_CODE: 'AccessDenied',
    });
    expect(JSON.parse(letter?.body ?? '')).toMatchObject({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { object: { key: 'in/a.txt', size: 1 }, reason: 'PutObject' },
    });
  });

  it.each(['s3', 'dynamodb', 'states'] as const)(
    'keeps idle connections of %s: Node.js would announce when it closes them',
    async (service) => {
      const { endpoints, caPem: ca } = await start();
      const agent = new Agent({ keepAlive: true, ca });
      const [response] = await once(get(endpoints[service], { agent }), 'response');
      expect(response.headers).toMatchObject({ connection: 'keep-alive' });
      expect(response.headers).not.toHaveProperty('keep-alive');
      agent.destroy();
    },
  );

  it('sends no events of a bucket whose notifications are off', async () => {
    const running = await start(({ Box }) => {
      Box!.Properties = {};
    });
    await put(running, 'in/a.txt', 'x');
    const { states } = clientsOf(running);
    const command = new ListExecutionsCommand({ stateMachineArn: running.outputs['Machine'] });
    expect((await states.send(command)).executions).toEqual([]);
  });

  it('keeps versions where the template asks for them, and names them in events', async () => {
    const running = await start(({ Box }) => {
      Box!.Properties['VersioningConfiguration'] = { Status: 'Enabled' };
    });
    const { s3, states } = clientsOf(running);
    const of = { Bucket: running.outputs['Box'], Key: 'in/a.txt' };
    const { VersionId } = await s3.send(new PutObjectCommand({ ...of, Body: 'text' }));
    const list = new ListExecutionsCommand({ stateMachineArn: running.outputs['Machine'] });
    await expect.poll(async () => (await states.send(list)).executions).toHaveLength(1);
    const { executions: [first] = [] } = await states.send(list);
    const executionArn = first?.executionArn;
    const { input = '' } = await states.send(new DescribeExecutionCommand({ executionArn }));
    expect(JSON.parse(input).detail.object).toMatchObject({
      key: 'in/a.txt',
      'version-id': VersionId,
    });
    expect(running.notSimulated.join()).not.toContain('Versioning');
  });

  it('starts the state machine when a schedule is fired', async () => {
    const running = await start();
    await put(running, 'at-2026-01-02T03:04:05Z.csv', 'scheduled');
    await running.fireSchedule('small-nightly', new Date('2026-01-02T03:04:05Z'));
    await expect.poll(() => lengthOf(running, 'at-2026-01-02T03:04:05Z.csv')).toBe('9');
  });
});

async function statusesOf(cloud: LocalCloud) {
  const stateMachineArn = cloud.outputs['Machine'];
  const { states } = clientsOf(cloud);
  const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
  return executions.map(({ status }) => status);
}

describe('a state directory', () => {
  it('gives a later start its objects, items and executions back', async () => {
    const first = await start();
    await put(first, 'in/a.txt', 'kept');
    await expect.poll(() => lengthOf(first, 'in/a.txt')).toBe('4');
    await expect.poll(() => statusesOf(first)).toEqual(['SUCCEEDED']);
    await first.close();
    const second = await start();
    const { s3 } = clientsOf(second);
    const command = new GetObjectCommand({ Bucket: second.outputs['Box'], Key: 'in/a.txt' });
    expect(await (await s3.send(command)).Body?.transformToString()).toBe('kept');
    expect(await lengthOf(second, 'in/a.txt')).toBe('4');
    expect(await statusesOf(second)).toEqual(['SUCCEEDED']);
  });

  it('fails a second start, and says where the first answers', async () => {
    const { endpoints } = await start();
    const again = start();
    await expect(again).rejects.toThrow(StateDirectoryInUse);
    await expect(again).rejects.toMatchObject({ endpoints });
  });

  it('is free again after a start that failed', async () => {
    const wrong = start(({ Machine }) => {
      Machine!.Properties['Definition'].StartAt = 'Nowhere';
    });
    await expect(wrong).rejects.toThrow();
    await expect(start()).resolves.toBeDefined();
  });
});

it('fails before anything starts on a template that asks for what is not simulated', async () => {
  await expect(
    start((resources) => {
      resources['Net'] = { Type: 'AWS::EC2::VPC', Properties: {} };
    }),
  ).rejects.toThrow('AWS::EC2::VPC (Net)');
});

it('leaves no function process behind, working or not, when its owner is killed', async () => {
  const assemblyDirectory = await writeSmallAssembly(await mkdtemp(join(root, 'out-')), bundle);
  const module = JSON.stringify(new URL('../src/local-cloud.ts', import.meta.url).href);
  const options = JSON.stringify({ assemblyDirectory, stateDirectory });
  const program = `const { startLocalCloud } = await import(${module});
    const { caPem, ...cloud } = await startLocalCloud(${options});
    console.log(JSON.stringify({ ...cloud, caPem }));`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(owner.stdout, 'data');
  const running = JSON.parse(String(line)) as LocalCloud;
  await put(running, 'quiet.csv', 'x');
  await startExecution(running, { ...objectEvent(running, 'quiet.csv'), lingerMs: 60_000 });
  const working = expect.poll(() => attributeOf(running, 'quiet.csv', 'pid'));
  await working.toBeDefined();
  const pid = Number(await attributeOf(running, 'quiet.csv', 'pid'));
  expect(() => process.kill(pid, 0)).not.toThrow();
  owner.kill('SIGKILL');
  const isGone = async () => {
    try {
      return (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z ');
    } catch {
      return true;
    }
  };
  await expect.poll(isGone).toBe(true);
});
