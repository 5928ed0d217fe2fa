import { Agent } from 'node:https';
import {
  CreateActivityCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AccessDenied, type ServiceCall } from '#local/authorization.ts';
import { startStepFunctions } from '#local/stepfunctions/server.ts';
import { createCertificate } from '#local/tls.ts';
import { MACHINE_ARN, map, PASS, task, temporaryDirectory } from './harness.ts';

const CREDENTIALS = { accessKeyId: 'AKIDCLIENT', secretAccessKey: 'secret' };

/** Serves one machine over HTTPS; `calls` are what was authorized. */
async function serve(states: object) {
  const directory = await temporaryDirectory();
  const certificate = await createCertificate(directory);
  const calls: ServiceCall[] = [];
  let isBroken = true;
  const stepFunctions = await startStepFunctions({
    directory,
    tls: certificate,
    region: 'us-east-1',
    identify: (id) => (id === CREDENTIALS.accessKeyId ? CREDENTIALS : undefined),
    services: {
      async invokeLambda({ payload }) {
        if (!isBroken) return { statusCode: 200, payload, executedVersion: '$LATEST' };
        const thrown = JSON.stringify({ errorType: 'Broken', errorMessage: 'broken' });
        return {
          statusCode: 200,
          payload: thrown,
          executedVersion: '1',
          functionError: 'Unhandled',
        };
      },
      readObject: () => Promise.reject(new Error('unused')),
      writeObject: () => Promise.reject(new Error('unused')),
      authorize(call) {
        calls.push(call);
        if (call.resource.endsWith(':forbidden')) throw new AccessDenied('role x may not');
      },
    },
  });
  onTestFinished(() => stepFunctions.close());
  stepFunctions.createStateMachine({
    ...{ name: 'tested', arn: MACHINE_ARN, roleArn: 'arn:aws:iam::1:role/r' },
    roleAccessKeyId: 'AKIDROLE',
    tags: { 'team:of': 'tests' },
    definition: JSON.stringify({
      ...{ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states },
    }),
  });
  const connect = (secretAccessKey = CREDENTIALS.secretAccessKey) =>
    new SFNClient({
      endpoint: stepFunctions.endpoint,
      region: 'us-east-1',
      credentials: { ...CREDENTIALS, secretAccessKey },
      maxAttempts: 1,
      requestHandler: { httpsAgent: new Agent({ ca: certificate.cert }) },
    });
  const repair = () => {
    isBroken = false;
  };
  return { client: connect(), connect, calls, repair };
}

async function ended(client: SFNClient, executionArn: string | undefined) {
  const describeIt = () => client.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describeIt()).status, { interval: 5 }).not.toBe('RUNNING');
  return describeIt();
}

const started = (client: SFNClient, name?: string, input?: string) =>
  client.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name, input }));

const WAIT = { Type: 'Wait', Seconds: 600, End: true };

describe('a client of AWS', () => {
  test('starts, describes and lists executions', async () => {
    const { client } = await serve({ A: { ...PASS, Output: '{% $states.input.a %}' } });
    const { executionArn, startDate } = await started(client, 'first', '{"a":1}');
    expect(executionArn).toBe('arn:aws:states:us-east-1:111111111111:execution:tested:first');
    expect(Math.abs(Number(startDate) - Date.now())).toBeLessThan(60_000);
    expect(await ended(client, executionArn)).toMatchObject({
      ...{ name: 'first', stateMachineArn: MACHINE_ARN, status: 'SUCCEEDED' },
      ...{ input: '{"a":1}', output: '1', redriveCount: 0, redriveStatus: 'NOT_REDRIVABLE' },
    });
    await ended(client, (await started(client, 'second', '{"a":2}')).executionArn);
    const query = { stateMachineArn: MACHINE_ARN, maxResults: 1 };
    const first = await client.send(new ListExecutionsCommand(query));
    const { nextToken } = first;
    const second = await client.send(new ListExecutionsCommand({ ...query, nextToken }));
    const names = [first, second].flatMap(({ executions = [] }) =>
      executions.map(({ name }) => name),
    );
    expect(names.sort()).toEqual(['first', 'second']);
    expect(second.nextToken).toBeUndefined();
    const running = new ListExecutionsCommand({ ...query, statusFilter: 'RUNNING' });
    expect((await client.send(running)).executions).toEqual([]);
  });

  test('gets the history in pages, either way round', async () => {
    const { client } = await serve({ A: PASS });
    const { executionArn } = await started(client);
    await ended(client, executionArn);
    const query = { executionArn, maxResults: 3 };
    const first = await client.send(new GetExecutionHistoryCommand(query));
    expect(first.events).toMatchObject([
      { id: 1, type: 'ExecutionStarted', executionStartedEventDetails: { input: '{}' } },
      {
        id: 2,
        previousEventId: 0,
        type: 'PassStateEntered',
        stateEnteredEventDetails: { name: 'A' },
      },
      { id: 3, previousEventId: 2, stateExitedEventDetails: { name: 'A', output: '{}' } },
    ]);
    const { nextToken } = first;
    const rest = await client.send(new GetExecutionHistoryCommand({ ...query, nextToken }));
    expect(rest.events).toMatchObject([{ id: 4, type: 'ExecutionSucceeded' }]);
    const last = new GetExecutionHistoryCommand({
      ...{ executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false },
    });
    const [event] = (await client.send(last)).events ?? [];
    expect(event).toMatchObject({ id: 4 });
    expect(event?.executionSucceededEventDetails?.output).toBeUndefined();
  });

  test('finds the same execution by name and input while it runs, and stops it', async () => {
    const { client } = await serve({ A: WAIT });
    const { executionArn } = await started(client, 'once', '{}');
    expect((await started(client, 'once', '{}')).executionArn).toBe(executionArn);
    const other = { name: 'ExecutionAlreadyExists' };
    await expect(started(client, 'once', '{"b":1}')).rejects.toMatchObject(other);
    await client.send(new StopExecutionCommand({ executionArn, error: 'E', cause: 'c' }));
    expect(await ended(client, executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'E',
      cause: 'c',
    });
    await expect(started(client, 'once', '{}')).rejects.toMatchObject(other);
  });

  test('sees map runs and their children, and redrives them', async () => {
    const { client, repair, calls } = await serve({ A: map(task('f')) });
    const { executionArn } = await started(client, undefined, '[1,2]');
    expect(await ended(client, executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      redriveStatus: 'REDRIVABLE',
    });
    const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
    const [{ mapRunArn } = { mapRunArn: undefined }] = mapRuns;
    const described = await client.send(new DescribeMapRunCommand({ mapRunArn }));
    expect(described).toMatchObject({
      status: 'FAILED',
      itemCounts: { total: 2 },
      redriveCount: 0,
    });
    const children = await client.send(new ListExecutionsCommand({ mapRunArn }));
    expect(children.executions).toMatchObject([{ mapRunArn, itemCount: 1 }, { mapRunArn }]);
    const [child] = children.executions ?? [];
    expect(await ended(client, child?.executionArn)).toMatchObject({ mapRunArn, error: 'Broken' });

    repair();
    await client.send(new RedriveExecutionCommand({ executionArn }));
    expect(await ended(client, executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      output: '[1,2]',
    });
    expect(calls.map(({ action, accessKeyId }) => `${accessKeyId} ${action}`)).toContain(
      'AKIDROLE states:RedriveExecution',
    );
  });

  test('sees the children of a map run and their histories while they are under way', async () => {
    const { client } = await serve({ A: map(WAIT) });
    const { executionArn } = await started(client, undefined, '[1,2]');
    const running = async () => {
      const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
      const [{ mapRunArn } = { mapRunArn: undefined }] = mapRuns;
      if (mapRunArn === undefined) return [];
      const list = new ListExecutionsCommand({ mapRunArn, statusFilter: 'RUNNING' });
      return (await client.send(list)).executions ?? [];
    };
    await expect.poll(async () => (await running()).length, { interval: 5 }).toBe(2);
    const [child] = await running();
    expect(child).toMatchObject({ status: 'RUNNING', startDate: expect.any(Date) });
    const { executionArn: childArn } = child ?? {};
    const describeIt = new DescribeExecutionCommand({ executionArn: childArn });
    expect(await client.send(describeIt)).toMatchObject({ status: 'RUNNING' });
    const history = new GetExecutionHistoryCommand({ executionArn: childArn });
    const { events = [] } = await client.send(history);
    expect(events.map(({ type }) => type)).toEqual(['ExecutionStarted', 'WaitStateEntered']);
    expect(['1', '2']).toContain(events[0]?.executionStartedEventDetails?.input);
    await client.send(new StopExecutionCommand({ executionArn }));
    expect(await running()).toEqual([]);
  });

  test('gets the tags of a state machine', async () => {
    const { client } = await serve({ A: PASS });
    const tagsOf = (resourceArn: string) =>
      client.send(new ListTagsForResourceCommand({ resourceArn }));
    expect((await tagsOf(MACHINE_ARN)).tags).toEqual([{ key: 'team:of', value: 'tests' }]);
    await expect(tagsOf(`${MACHINE_ARN}x`)).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  test('lists and describes state machines', async () => {
    const { client } = await serve({ A: PASS });
    const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
    expect(stateMachines).toMatchObject([
      { stateMachineArn: MACHINE_ARN, name: 'tested', type: 'STANDARD' },
    ]);
    const query = { stateMachineArn: MACHINE_ARN };
    const { definition } = await client.send(new DescribeStateMachineCommand(query));
    expect(JSON.parse(definition ?? '')).toMatchObject({ StartAt: 'A' });
  });
});

describe('a call fails', () => {
  test('by the name of the operation that is not implemented', async () => {
    const { client } = await serve({ A: PASS });
    await expect(client.send(new CreateActivityCommand({ name: 'x' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'CreateActivity is not implemented by the local Step Functions',
    });
  });

  test('for what does not exist, and for what is not valid', async () => {
    const { client } = await serve({ A: PASS });
    const missing = MACHINE_ARN.replace('tested', 'missing');
    const execution = missing.replace('stateMachine', 'execution');
    const send = {
      start: (input: object) =>
        client.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, ...input })),
    };
    await expect(send.start({ stateMachineArn: missing })).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(send.start({ input: '{' })).rejects.toMatchObject({
      name: 'InvalidExecutionInput',
    });
    await expect(send.start({ name: 'a b' })).rejects.toMatchObject({ name: 'InvalidName' });
    const describeIt = new DescribeExecutionCommand({ executionArn: `${execution}:x` });
    await expect(client.send(describeIt)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    const redriven = { stateMachineArn: MACHINE_ARN, redriveFilter: 'REDRIVEN' as const };
    await expect(client.send(new ListExecutionsCommand(redriven))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const describeRun = new DescribeMapRunCommand({ mapRunArn: `${execution}/x:y` });
    await expect(client.send(describeRun)).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  test('with a wrong secret', async () => {
    const { connect } = await serve({ A: PASS });
    await expect(started(connect('wrong'))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  test('without permission, asked for by action and resource', async () => {
    const { client, calls } = await serve({ A: PASS });
    const stateMachineArn = MACHINE_ARN.replace('tested', 'forbidden');
    const denied = client.send(new StartExecutionCommand({ stateMachineArn }));
    await expect(denied).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'role x may not',
    });
    expect(calls).toEqual([
      {
        ...{ accessKeyId: 'AKIDCLIENT', action: 'states:StartExecution' },
        ...{ resource: stateMachineArn, context: { 'aws:SecureTransport': 'true' } },
      },
    ]);
  });
});
