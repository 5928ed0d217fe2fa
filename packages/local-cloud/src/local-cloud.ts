import { availableParallelism } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { Cleanup } from './cleanup.ts';
import { ACCOUNT } from './deploy/account.ts';
import { readDeployment } from './deploy/deployment.ts';
import type { DeadLetter } from './events/dead-letter-queue.ts';
import type { TopicMessage } from './events/topics.ts';
import type { FaultInjector } from './faults/fault-injector.ts';
import type { Observe } from './happening.ts';
import type { Denial } from './iam/authority.ts';
import type { Credentials } from './iam/principals.ts';
import { type KeptAccess, openAccess } from './kept-access.ts';
import type { ProcessFigures } from './lambda/lambda-host.ts';
import { type AnswerPage, startPageServer } from './page-server.ts';
import { type LocalServices, startServices } from './provision.ts';
import { createPublisher } from './publisher.ts';
import type { Secrets } from './secrets/server.ts';
import type { Site } from './site.ts';
import { type Endpoints, lockStateDirectory } from './state-directory.ts';
import { type Clock, systemClock } from './stepfunctions/clock.ts';
import type { LinkObject } from './storage.ts';
import { storageFailure } from './storage-failure.ts';
import { keepCertificate } from './tls.ts';

/** What a local cloud deploys, and where it keeps its data. */
export interface LocalCloudOptions {
  /** A synthesized cloud assembly, `cdk.out`. */
  readonly assemblyDirectory: string;
  /**
   * Where objects, tables, executions, queues and logs are kept. A later start on it finds them.
   */
  readonly stateDirectory: string;
  /**
   * Functions that work at once; more wait for their turn.
   * @default the machine's cores, at least 2
   */
  readonly lambdaConcurrency?: number;
  /**
   * A `node_modules` folder of this machine. Functions with a layer find packages there that their
   * layers lack: native code for this processor, where a layer holds that of another.
   * @default none
   */
  readonly nativeModules?: string;
  /**
   * Texts that functions get of Secrets Manager, by the names of the secrets. They are kept in
   * memory alone.
   * @default none
   */
  readonly secrets?: Secrets;
  /**
   * Called for objects stored, for executions, and for what could not be delivered.
   * @default nobody watches
   */
  readonly observe?: Observe;
  /**
   * Makes requests go wrong on purpose.
   * @default nothing goes wrong
   */
  readonly faults?: FaultInjector;
  /**
   * The time of executions: of their waits, retries, timeouts and dates.
   * @default the machine's own
   */
  readonly clock?: Clock;
}

/** A stack deployed on this machine. */
export interface LocalCloud {
  readonly region: string;
  readonly endpoints: Endpoints;
  /** Credentials of a user who may do all that no resource policy denies. */
  readonly credentials: Credentials;
  /** PEM file of the certificate of the endpoints. */
  readonly caFile: string;
  readonly caPem: string;
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the template asks for that has no effect here, one line each. */
  readonly notSimulated: readonly string[];
  /** Directory of the functions' logs, `<function name>.jsonl`. */
  readonly logDirectory: string;
  /** Calls that the policies refused so far. */
  readonly denials: readonly Denial[];
  /** Events that reached neither their target nor a dead-letter queue. */
  readonly undelivered: readonly Error[];
  /** Memory and invocations of every function process so far. */
  processes(): readonly ProcessFigures[];
  /** Messages of a dead-letter queue, by its ARN. */
  deadLetters(queueArn: string): Promise<readonly DeadLetter[]>;
  /** Messages published to a topic, by its ARN; it has no subscribers here. */
  topicMessages(topicArn: string): Promise<readonly TopicMessage[]>;
  readonly linkObject: LinkObject;
  /** Fires a schedule of the template as if its time had come. Nothing else fires it here. */
  fireSchedule(name: string, scheduledTime: Date): Promise<void>;
  /**
   * Serves pages over plain HTTP to browsers of this machine, for as long as the local cloud is up.
   * What is on them is no concern of it.
   *
   * @returns their URL.
   */
  mount(page: AnswerPage): Promise<string>;
  /** Kills every process, closes every port and releases the state directory. */
  close(): Promise<void>;
}

const MIN_CONCURRENCY = 2;

async function openSite(
  options: LocalCloudOptions,
  access: KeptAccess,
  cleanup: Cleanup,
): Promise<Site> {
  const { observe = () => undefined, clock = systemClock, faults } = options;
  const { lambdaConcurrency = Math.max(MIN_CONCURRENCY, availableParallelism()) } = options;
  const stateDirectory = resolvePath(options.stateDirectory);
  const assemblyDirectory = resolvePath(options.assemblyDirectory);
  return {
    deployment: await readDeployment(assemblyDirectory, access.secretAccessKey),
    tls: await keepCertificate(stateDirectory),
    stateDirectory,
    lambdaConcurrency,
    nativeModules: options.nativeModules,
    secrets: options.secrets ?? {},
    ports: access.ports,
    cleanup,
    publisher: createPublisher(observe),
    observe,
    failed(error) {
      const failure = storageFailure(error, stateDirectory);
      if (failure !== undefined) observe({ kind: 'storage-failed', error: failure });
    },
    faults,
    clock,
  };
}

/** What a local cloud shows; all but what it can be made to do as a whole. */
function describe(site: Site, services: LocalServices): Omit<LocalCloud, 'close' | 'mount'> {
  const { deployment, tls, publisher, stateDirectory } = site;
  const { endpoints, host, bus, queues, topics, linkObject } = services;
  const { authority, outputs, notSimulated } = deployment;
  return {
    region: ACCOUNT.region,
    endpoints,
    credentials: authority.admin,
    caFile: tls.caFile,
    caPem: tls.cert,
    outputs,
    notSimulated,
    logDirectory: join(stateDirectory, 'logs'),
    denials: authority.denials,
    undelivered: publisher.undelivered,
    linkObject,
    processes: () => host.processes(),
    deadLetters: (queueArn) => queues.read(queueArn),
    topicMessages: (topicArn) => topics.read(topicArn),
    fireSchedule: (name, scheduledTime) => bus.fireSchedule(name, scheduledTime),
  };
}

/**
 * Deploys a synthesized assembly into an S3, a DynamoDB, a Step Functions and Lambda functions on
 * this machine, and enforces the permissions of the template. Function processes end with this one,
 * however it ends. Another start on the same state directory has the same credentials and
 * certificate, and the same ports where they are still free.
 *
 * @throws {StateDirectoryInUse} another process works on the state directory.
 * @throws {UnsupportedTemplate} the template needs what is not simulated.
 * @throws {UnsupportedPolicy} a policy cannot be evaluated.
 * @throws {UnsupportedRule} a rule uses what the event bus does not know.
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const stateDirectory = resolvePath(options.stateDirectory);
  await using cleanup = new Cleanup();
  const lock = await lockStateDirectory(stateDirectory);
  cleanup.defer(() => lock.release());
  const access = await openAccess(stateDirectory);
  const site = await openSite(options, access, cleanup);
  const services = await startServices(site);
  const { endpoints } = services;
  const { authority, outputs } = site.deployment;
  const { accessKeyId } = authority.admin;
  const { caFile } = site.tls;
  await access.keep({ endpoints, accessKeyId, region: ACCOUNT.region, caFile, outputs });
  await lock.publish(endpoints);
  cleanup.defer(() => site.publisher.close());
  const running = cleanup.move();
  return {
    ...describe(site, services),
    async mount(page) {
      const server = await startPageServer(page, 0);
      running.defer(() => server.close());
      return server.url;
    },
    close: () => running.end(),
  };
}
