import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import { Duration, RemovalPolicy, type Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type EventInvokeConfigOptions,
  type ILayerVersion,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import { SDK_TRIES } from '#core/contract.ts';
import { acknowledge } from './acknowledgements.ts';
import type { FunctionNetwork } from './network.ts';
import { createLogGroup, type LogOptions, METRICS_NAMESPACE } from './observability.ts';
import {
  allow,
  DECRYPT,
  ENCRYPT,
  JOINS_VPC,
  type Permission,
  TRACING,
  useOf,
  writesLogs,
} from './permissions.ts';
import { stepCode } from './step-code.ts';
import type { StepMemory, StepName } from './step-memory.ts';

/** Settings that all steps share. */
export interface CommonSettings extends LogOptions {
  readonly memoryMiB: StepMemory;
  /** Name of the service in logs and metrics. */
  readonly service: string;
  /** Keys of which the steps use what they encrypted before. */
  readonly earlierKeys: readonly IKey[];
  /** Where the functions run; undefined outside of VPCs. */
  readonly network: FunctionNetwork | undefined;
}

/** Settings that differ between steps. */
export interface StepSettings {
  /** MiB. @default {@link SEMI_SPACE_MIB} */
  readonly semiSpaceMiB?: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly permissions: readonly Permission[];
  /** Why some rules of cdk-nag do not apply. */
  readonly acknowledged: Readonly<Record<string, string>>;
  /**
   * For a function that is invoked by an event. @default none: Step Functions waits for the answer
   */
  readonly destinations?: EventInvokeConfigOptions;
  /** The engine of tables and a `/tmp` for it. @default neither */
  readonly engine?: { readonly layers: ILayerVersion[]; readonly ephemeralStorageSize: Size };
  /** Where it runs. @default where the others run */
  readonly network?: FunctionNetwork | undefined;
  /** Functions that lie beside the code. @default none */
  readonly modules?: FunctionModules;
  /** Invocations at once. @default what the account has left */
  readonly reservedConcurrency?: number | undefined;
}

/** The longest timeout that Lambda allows. */
export const FUNCTION_TIMEOUT = Duration.minutes(15);

/**
 * MiB for short-lived objects such as network buffers. V8's default of 16 makes a writer larger
 * (172 instead of 163 MB) but not faster.
 * @see bench/writer/run.ts
 */
const SEMI_SPACE_MIB = 2;

/** Source maps, so that stack traces have our file names. */
function nodeOptions(semiSpaceMiB = SEMI_SPACE_MIB): string {
  return `--enable-source-maps --max-semi-space-size=${semiSpaceMiB}`;
}

/** Name of a step's folder below `lambdas/`, such as `report-failure` for `ReportFailure`. */
function folderOf(step: string): string {
  return step.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** What a function may do because of how it is deployed. */
function deploymentPermissions(
  network: FunctionNetwork | undefined,
  { encryptionKey, earlierKeys }: CommonSettings,
): readonly Permission[] {
  return [
    ...useOf(encryptionKey, DECRYPT, 'its environment is encrypted'),
    ...earlierKeys.flatMap((key) => useOf(key, ENCRYPT, 'what this key encrypted is read still')),
    ...(network === undefined ? [] : [JOINS_VPC]),
    TRACING,
  ];
}

/**
 * Creates the function of a step with a role and a log group of its own. Each version that is
 * published of it stays, for executions that began with it.
 */
export function createStep(
  parent: Construct,
  step: StepName,
  { common, ...settings }: StepSettings & { readonly common: CommonSettings },
): NodejsFunction {
  const { network = common.network } = settings;
  const scope = new Construct(parent, step);
  const logGroup = createLogGroup(scope, common);
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  const deployed = deploymentPermissions(network, common);
  allow(role, [...settings.permissions, writesLogs(logGroup), ...deployed]);
  const handler = new NodejsFunction(scope, 'Function', {
    ...stepCode(folderOf(step), settings.modules),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: FUNCTION_TIMEOUT,
    tracing: Tracing.ACTIVE,
    environment: {
      ...settings.environment,
      NODE_OPTIONS: nodeOptions(settings.semiSpaceMiB),
      AWS_MAX_ATTEMPTS: String(SDK_TRIES),
      POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
      POWERTOOLS_SERVICE_NAME: common.service,
    },
    ...(common.encryptionKey && { environmentEncryption: common.encryptionKey }),
    memorySize: common.memoryMiB[step],
    reservedConcurrentExecutions: settings.reservedConcurrency,
    currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    role,
    logGroup,
    ...settings.destinations,
    ...settings.engine,
    ...network,
  });
  acknowledge(handler, settings.acknowledged);
  return handler;
}
