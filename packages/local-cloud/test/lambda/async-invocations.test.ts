import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { UnsupportedTemplate } from '#local/deploy/deploy-errors.ts';
import { type LocalCloud, startLocalCloud } from '#local/local-cloud.ts';
import { bundleSmallFunction, writeSmallAssembly } from '../small-assembly.ts';

let root: string;
let bundle: string;
let cloud: LocalCloud | undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'async-invocations-'));
  bundle = await bundleSmallFunction(join(root, 'bundle'));
  return () => rm(root, { recursive: true });
});

afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});

type Resources = Parameters<NonNullable<Parameters<typeof writeSmallAssembly>[2]>>[0];

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:small-news';

/** The rule calls the function itself. How that ended is published to the topic. */
function addTopic(resources: Resources): void {
  const arn = { 'Fn::GetAtt': ['Measure', 'Arn'] };
  const destination = { Destination: { Ref: 'News' } };
  resources['News'] = { Type: 'AWS::SNS::Topic', Properties: {} };
  resources['Outcome'] = {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      FunctionName: { Ref: 'Measure' },
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnSuccess: destination, OnFailure: destination },
    },
  };
  resources['Invoke'] = {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arn,
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] },
    },
  };
  resources['Rule']!.Properties['Targets'] = [{ Id: 'Function', Arn: arn }];
  resources['RolePolicy']!.Properties['PolicyDocument'].Statement.push({
    Effect: 'Allow',
    Action: 'sns:Publish',
    Resource: { Ref: 'News' },
  });
}

async function start(change: (resources: Resources) => void = () => undefined) {
  const directory = await mkdtemp(join(root, 'out-'));
  const assemblyDirectory = await writeSmallAssembly(directory, bundle, (resources) => {
    addTopic(resources);
    change(resources);
  });
  cloud = await startLocalCloud({
    assemblyDirectory,
    stateDirectory: await mkdtemp(join(root, 'state-')),
  });
  return cloud;
}

async function put({ region, credentials, caPem, endpoints, outputs }: LocalCloud, Key: string) {
  const requestHandler = { httpsAgent: { ca: caPem } };
  const s3 = new S3Client({ region, credentials, requestHandler, endpoint: endpoints.s3 });
  await s3.send(new PutObjectCommand({ Bucket: outputs['Box'], Key, Body: 'twelve bytes' }));
  s3.destroy();
}

async function onlyMessage(running: LocalCloud) {
  const messages = () => running.topicMessages(TOPIC);
  await expect.poll(messages).toHaveLength(1);
  return JSON.parse((await messages())[0]!.message);
}

it('publish what a function returned, with the event that it was called with', async () => {
  const running = await start();
  await put(running, 'in/a.txt');
  expect(await onlyMessage(running)).toMatchObject({
    version: '1.0',
    requestContext: {
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:small-measure:$LATEST',
      condition: 'Success',
      approximateInvokeCount: 1,
    },
    requestPayload: { detail: { object: { key: 'in/a.txt' } } },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: { length: 12 },
  });
  expect(running.denials).toEqual([]);
});

it('publish the error of a function that failed in each of its tries', async () => {
  const running = await start(({ Measure }) => {
    Measure!.Properties['Environment'].Variables['TABLE'] = 'none';
  });
  await put(running, 'in/a.txt');
  expect(await onlyMessage(running)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
    responseContext: { functionError: 'Unhandled' },
    responsePayload: { errorMessage: expect.stringContaining('dynamodb:PutItem') },
  });
  expect(await running.deadLetters(running.outputs['LettersArn']!)).toEqual([]);
});

it('fails to publish without the permission, naming role, action and topic', async () => {
  const running = await start(({ RolePolicy }) => {
    RolePolicy!.Properties['PolicyDocument'].Statement.pop();
  });
  await put(running, 'in/a.txt');
  await expect.poll(() => running.undelivered).toHaveLength(1);
  expect(running.undelivered[0]?.message).toContain(
    `assumed-role/small-role/small-measure is not authorized to perform: sns:Publish on resource: ${TOPIC}`,
  );
  expect(await running.topicMessages(TOPIC)).toEqual([]);
});

it('fails to publish where the topic itself denies it', async () => {
  const running = await start((resources) => {
    resources['NewsPolicy'] = {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [{ Ref: 'News' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Resource: { Ref: 'News' } },
          ],
        },
      },
    };
  });
  await put(running, 'in/a.txt');
  await expect.poll(() => running.undelivered).toHaveLength(1);
  expect(running.undelivered[0]?.message).toContain('explicit deny in a resource-based policy');
});

it('fails to invoke without the permission of the function, and keeps the event', async () => {
  const running = await start((resources) => {
    delete resources['Invoke'];
    const target = resources['Rule']!.Properties['Targets'][0];
    target.DeadLetterConfig = { Arn: { 'Fn::GetAtt': ['Letters', 'Arn'] } };
  });
  await put(running, 'in/a.txt');
  const letters = () => running.deadLetters(running.outputs['LettersArn']!);
  await expect.poll(letters).toHaveLength(1);
  expect((await letters())[0]?.attributes['ERROR_MESSAGE']).toContain('lambda:InvokeFunction');
});

it('fails to deploy with a destination that is no topic of the template', async () => {
  const deployed = start(({ Outcome }) => {
    Outcome!.Properties['DestinationConfig'].OnSuccess = { Destination: { Ref: 'Letters' } };
  });
  await expect(deployed).rejects.toThrow(UnsupportedTemplate);
  await expect(deployed).rejects.toThrow(/Outcome: .* is not a topic of the template/);
});
