import { join } from 'node:path';
import { ACCOUNT, regionalArn } from './deploy/account.ts';
import { openQueues, type Queues } from './events/dead-letter-queue.ts';
import { createCourier } from './events/delivery.ts';
import { createEventBus, type EventBus } from './events/event-bus.ts';
import { executionStatusEvent } from './events/events.ts';
import { openTopics, type Topics } from './events/topics.ts';
import { invokeWithFaults, mishapOf } from './faults/faulty-lambda.ts';
import { AsyncInvocations } from './lambda/async-invocations.ts';
import { functionEnvironment } from './lambda/function-environment.ts';
import { type KeptVersion, keepVersions } from './lambda/kept-versions.ts';
import { LambdaHost } from './lambda/lambda-host.ts';
import { type LambdaServer, startLambdaServer } from './lambda/server.ts';
import { createObjectAccess, type ObjectAccess } from './object-access.ts';
import { startSecretsServer } from './secrets/server.ts';
import type { Site } from './site.ts';
import type { Endpoints } from './state-directory.ts';
import { type StepFunctions, startStepFunctions } from './stepfunctions/server.ts';
import { type LinkObject, type Storage, startStorage } from './storage.ts';

/** What runs functions and state machines. */
interface Compute {
  readonly host: LambdaHost;
  readonly lambda: LambdaServer;
  readonly states: StepFunctions;
}

function createHost(
  site: Site,
  endpoints: Readonly<Record<string, string>>,
  earlierVersions: readonly KeptVersion[],
): LambdaHost {
  const { deployment, tls, stateDirectory, lambdaConcurrency, faults, failed } = site;
  return new LambdaHost({
    functions: deployment.functions,
    earlierVersions,
    concurrency: lambdaConcurrency,
    logDirectory: join(stateDirectory, 'logs'),
    scratchDirectory: join(stateDirectory, 'scratch'),
    failed,
    mishapOf: faults && ((functionName, payload) => mishapOf(faults, functionName, payload)),
    environmentOf: (configuration) =>
      functionEnvironment(configuration, {
        region: ACCOUNT.region,
        endpoints,
        caFile: tls.caFile,
        nativeModules: site.nativeModules,
        credentials: deployment.authority.assumeRole({
          roleArn: configuration.roleArn,
          service: 'lambda.amazonaws.com',
          sourceArn: configuration.arn,
          sessionName: configuration.name,
        }),
      }),
  });
}

function createStateMachines({ deployment }: Site, states: StepFunctions): void {
  for (const machine of deployment.stateMachines) {
    const { accessKeyId } = deployment.authority.assumeRole({
      roleArn: machine.roleArn,
      service: 'states.amazonaws.com',
      sourceArn: machine.arn,
      sessionName: machine.name,
    });
    states.createStateMachine({ ...machine, roleAccessKeyId: accessKeyId });
  }
}

async function startStates(
  site: Site,
  host: Promise<LambdaHost>,
  objects: ObjectAccess,
): Promise<StepFunctions> {
  const { authority } = site.deployment;
  return startStepFunctions({
    directory: join(site.stateDirectory, 'stepfunctions'),
    tls: site.tls,
    region: ACCOUNT.region,
    port: site.ports.states,
    clock: site.clock,
    identify: authority.identify,
    failed: site.failed,
    services: {
      ...objects,
      authorize: authority.authorize,
      async invokeLambda({ functionName, payload, accessKeyId }) {
        const functions = await host;
        const resource = functions.qualifiedArnOf(functionName);
        const action = 'lambda:InvokeFunction';
        authority.authorize({ accessKeyId, action, resource, context: {} });
        const invoke: LambdaHost['invoke'] = (...call) => functions.invoke(...call);
        return invokeWithFaults(site.faults, invoke, { functionName, payload });
      },
    },
    executionStatusChanged(change) {
      site.observe({ kind: 'execution', change });
      site.publisher.publish(executionStatusEvent(change, ACCOUNT));
    },
  });
}

/** Starts what functions call other functions by. */
async function startLambda(site: Site, host: Promise<LambdaHost>): Promise<LambdaServer> {
  const { authority } = site.deployment;
  const server = await startLambdaServer({
    tls: site.tls,
    region: ACCOUNT.region,
    port: site.ports.lambda,
    identify: authority.identify,
    async invoke({ functionName, payload, accessKeyId }) {
      const functions = await host;
      const resource = functions.qualifiedArnOf(functionName);
      const context = { 'aws:SecureTransport': 'true' };
      authority.authorize({ accessKeyId, action: 'lambda:InvokeFunction', resource, context });
      const invoke: LambdaHost['invoke'] = (...call) => functions.invokeNested(...call);
      return await invokeWithFaults(site.faults, invoke, { functionName: resource, payload });
    },
  });
  site.cleanup.defer(() => server.close());
  return server;
}

/** Starts what functions get secrets of. @returns its base URL */
async function startSecrets({ deployment, tls, secrets, cleanup }: Site): Promise<string> {
  const { identify, authorize } = deployment.authority;
  const { region } = ACCOUNT;
  const server = await startSecretsServer({ tls, region, identify, authorize, secrets });
  cleanup.defer(() => server.close());
  return server.endpoint;
}

/**
 * Starts Step Functions and the function host, each of which calls the other, and loads the state
 * machines.
 */
async function startCompute(site: Site, endpoints: Storage['endpoints']): Promise<Compute> {
  const { cleanup, tls, deployment } = site;
  const { identify } = deployment.authority;
  const { promise: ready, resolve } = Promise.withResolvers<LambdaHost>();
  const objects = createObjectAccess({
    endpoint: endpoints.s3,
    region: ACCOUNT.region,
    caPem: tls.cert,
    identify,
  });
  cleanup.defer(() => objects.close());
  const states = await startStates(site, ready, objects);
  const lambda = await startLambda(site, ready);
  const called = {
    LAMBDA: lambda.endpoint,
    S3: endpoints.s3,
    DYNAMODB: endpoints.dynamodb,
    SFN: states.endpoint,
    SECRETS_MANAGER: await startSecrets(site),
  };
  const kept = await keepVersions(join(site.stateDirectory, 'versions'), deployment.functions);
  const host = createHost(site, called, kept);
  // Executions are aborted before the functions that they wait for are killed, so that nothing
  // retries into a host that closes.
  cleanup.defer(() => host.close());
  cleanup.defer(() => states.close());
  resolve(host);
  createStateMachines(site, states);
  return { host, lambda, states };
}

async function openObservedQueues({ stateDirectory, observe }: Site): Promise<Queues> {
  const kept = await openQueues(join(stateDirectory, 'queues'));
  return {
    ...kept,
    async send(queueArn, letter) {
      await kept.send(queueArn, letter);
      observe({ kind: 'dead-letter', queueArn, letter });
    },
  };
}

async function openObservedTopics({ stateDirectory, observe }: Site): Promise<Topics> {
  const kept = await openTopics(join(stateDirectory, 'topics'));
  return {
    ...kept,
    async publish(topicArn, message) {
      await kept.publish(topicArn, message);
      observe({ kind: 'message', topicArn, message });
    },
  };
}

/** What events go through, and where they end. */
interface Events {
  readonly bus: EventBus;
  readonly queues: Queues;
  readonly topics: Topics;
}

/**
 * Opens the dead-letter queues and topics, and makes the bus that calls the targets of rules and
 * schedules.
 */
async function startEvents(site: Site, { host, states }: Compute): Promise<Events> {
  const { rules, schedules, functions, authority } = site.deployment;
  const queues = await openObservedQueues(site);
  const topics = await openObservedTopics(site);
  const { publish } = topics;
  const { fail } = site.publisher;
  const invocations = new AsyncInvocations({ functions, host, authority, publish, fail });
  site.cleanup.defer(() => invocations.close());
  const courier = createCourier({
    authority,
    scheduleGroupArn: regionalArn('scheduler', 'schedule-group/default'),
    startExecution: (stateMachineArn, input) => states.startExecution({ stateMachineArn, input }),
    acceptEvent: (functionArn, input) => invocations.accept(functionArn, input),
  });
  return { bus: createEventBus({ rules, schedules, queues, ...courier }), queues, topics };
}

/** The services of one local cloud, all of them running. */
export interface LocalServices extends Events {
  readonly endpoints: Endpoints;
  readonly host: LambdaHost;
  readonly linkObject: LinkObject;
}

/** Starts the services one after the other; `site.cleanup` ends them. */
export async function startServices(site: Site): Promise<LocalServices> {
  const storage = await startStorage(site);
  const compute = await startCompute(site, storage.endpoints);
  const events = await startEvents(site, compute);
  site.publisher.attach(events.bus);
  const { states, lambda } = compute;
  const endpoints = { ...storage.endpoints, states: states.endpoint, lambda: lambda.endpoint };
  return { ...events, endpoints, host: compute.host, linkObject: storage.linkObject };
}
