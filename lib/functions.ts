import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import { Duration, type Size, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type EventInvokeConfigOptions,
  type ILayerVersion,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ENV, ONE_VCPU_MIB, type RequestDefaults, SDK_TRIES } from '#core/contract.ts';
import { ACKNOWLEDGED, acknowledge } from './acknowledgements.ts';
import { ENGINE_STORAGE, EngineLayer } from './engine-layer.ts';
import { publishTo } from './failure-reports.ts';
import {
  finalizePermissions,
  planPermissions,
  reportFailurePermissions,
  type Stores,
  stagePermissions,
  writePermissions,
} from './function-permissions.ts';
import { createLogGroup, type LogOptions, METRICS_NAMESPACE } from './observability.ts';
import { allow, type Permission, TRACING, writesLogs } from './permissions.ts';
import { connectionsJson, networkOf, type PostgresDatabases } from './postgres.ts';
import { stepCode } from './step-code.ts';
import {
  copyDatabasePermissions,
  loadTablePermissions,
  planDatabasePermissions,
  planTablePermissions,
  scatterTablePermissions,
  writeTablePermissions,
} from './table-permissions.ts';
import { transformsJson } from './transforms.ts';
import { type KeyPattern, triggering } from './triggers.ts';

/** Settings of {@link Functions}. */
export interface FunctionsProps extends LogOptions, Stores {
  readonly requestDefaults: RequestDefaults;
  /** Keys of the source bucket that start runs; undefined if none does. */
  readonly keys: KeyPattern | undefined;
  /** MiB. */
  readonly writerMemoryMiB: number;
  /** Name of the service in logs and metrics. */
  readonly service: string;
  /** Gets a message for each failed execution. */
  readonly failureTopic: ITopic;
  /** Functions that the transforms of tables may call. */
  readonly modules: FunctionModules;
}

/** Settings that differ between steps. */
interface StepSettings {
  /** MiB. */
  readonly memorySize: number;
  /** @default {@link SEMI_SPACE_MIB} */
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
  /** Where it runs. @default outside of VPCs */
  readonly network?: ReturnType<typeof networkOf>;
  /** Functions that lie beside the code. @default none */
  readonly modules?: FunctionModules;
}

/** What the functions that reach databases have in common. */
interface DatabaseSettings {
  readonly common: Omit<StepSettings, 'environment' | 'permissions'>;
  readonly planning: StepSettings['environment'];
  readonly writing: StepSettings['environment'];
  readonly calling: StepSettings['environment'];
}

/** Memory of ReportFailure, which mostly waits for DynamoDB and S3. */
const WAITING_MIB = 1_024;

/** The longest timeout that Lambda allows. */
export const FUNCTION_TIMEOUT = Duration.minutes(15);

/**
 * MiB for short-lived objects such as network buffers. V8's default of 16 makes a writer larger
 * (172 instead of 163 MB) but not faster.
 * @see bench/writer/run.ts
 */
const SEMI_SPACE_MIB = 2;

/**
 * V8's default. What Finalize parses of listings and ledger lives for a page: with 2 MiB a third of
 * its time went into garbage collection, with 16 it takes 14 % less and has 50 MB more.
 * @see campaigns/scale/run.ts
 */
const FINALIZE_SEMI_SPACE_MIB = 16;

/** Source maps, so that stack traces have our file names. */
function nodeOptions(semiSpaceMiB = SEMI_SPACE_MIB): string {
  return `--enable-source-maps --max-semi-space-size=${semiSpaceMiB}`;
}

/** What a function needs to reach databases; Amazon's authorities sign those of RDS. */
function reaching(scope: Construct, postgres: PostgresDatabases) {
  return {
    [ENV.postgres]: connectionsJson(scope, postgres),
    NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  };
}

/** Name of a step's folder below `lambdas/`, such as `report-failure` for `ReportFailure`. */
function folderOf(step: string): string {
  return step.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** The functions of the steps. Each has its own role and its own log group. */
export class Functions extends Construct {
  readonly plan: NodejsFunction;
  readonly stage: NodejsFunction;
  readonly write: NodejsFunction;
  readonly finalize: NodejsFunction;
  readonly planTable: NodejsFunction;
  readonly writeTable: NodejsFunction;
  readonly scatterTable: NodejsFunction;
  /** Those that reach databases; undefined where there are none. */
  readonly databases: Readonly<Record<'plan' | 'copy' | 'load', NodejsFunction>> | undefined;
  readonly reportFailure: NodejsFunction;
  readonly #props: FunctionsProps;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.#props = props;
    const { ledger, outputBucket, requestDefaults, writerMemoryMiB, failureTopic } = props;
    const environment = { [ENV.ledgerTable]: ledger.tableName };
    const into = { [ENV.outputBucket]: outputBucket.bucketName };
    const defaults = { [ENV.requestDefaults]: JSON.stringify(requestDefaults) };
    const planning = { ...environment, ...into, ...defaults, ...triggering(props) };

    this.plan = this.#create('Plan', {
      memorySize: ONE_VCPU_MIB,
      environment: planning,
      permissions: planPermissions(props),
      acknowledged: ACKNOWLEDGED.stepFunction,
    });
    this.stage = this.#create('Stage', {
      memorySize: ONE_VCPU_MIB,
      environment: into,
      permissions: stagePermissions(props),
      acknowledged: ACKNOWLEDGED.stepFunction,
    });
    this.write = this.#create('Write', {
      memorySize: writerMemoryMiB,
      environment,
      permissions: writePermissions(props),
      acknowledged: ACKNOWLEDGED.stepFunction,
    });
    const tables = this.#createForTables(props, { planning, writing: environment });
    ({ planTable: this.planTable, writeTable: this.writeTable } = tables);
    this.scatterTable = tables.scatterTable;
    this.databases = tables.databases;
    this.finalize = this.#create('Finalize', {
      memorySize: ONE_VCPU_MIB,
      semiSpaceMiB: FINALIZE_SEMI_SPACE_MIB,
      environment,
      permissions: finalizePermissions(props),
      acknowledged: ACKNOWLEDGED.stepFunction,
    });
    const to = publishTo(failureTopic);
    this.reportFailure = this.#create('ReportFailure', {
      memorySize: WAITING_MIB,
      environment: { ...environment, ...into },
      permissions: reportFailurePermissions(props, failureTopic),
      acknowledged: ACKNOWLEDGED.reportFailure,
      destinations: { onSuccess: to, onFailure: to },
    });
  }

  /** The functions that have the engine. */
  #createForTables(
    props: FunctionsProps,
    { planning, writing }: Readonly<Record<'planning' | 'writing', StepSettings['environment']>>,
  ) {
    const layers = [new EngineLayer(this, 'Engine')];
    const engine = { layers, ephemeralStorageSize: ENGINE_STORAGE };
    const { modules } = props;
    const acknowledged = ACKNOWLEDGED.stepFunction;
    const common = { memorySize: ONE_VCPU_MIB, acknowledged, engine, modules };
    const calling = { [ENV.transforms]: transformsJson(Stack.of(this), props.transforms) };
    const { postgres } = props;
    const connections = JSON.stringify(Object.keys(postgres));
    return {
      planTable: this.#create('PlanTable', {
        ...common,
        environment: { ...planning, ...calling, [ENV.connections]: connections },
        permissions: planTablePermissions(props),
      }),
      scatterTable: this.#create('ScatterTable', {
        ...common,
        environment: { [ENV.outputBucket]: props.outputBucket.bucketName, ...calling },
        permissions: scatterTablePermissions(props),
      }),
      writeTable: this.#create('WriteTable', {
        ...common,
        environment: { ...writing, ...calling },
        permissions: writeTablePermissions(props),
      }),
      databases: this.#createForDatabases(props, {
        ...{ common, calling },
        ...{ planning: { ...planning, [ENV.connections]: connections }, writing },
      }),
    };
  }

  /** The functions that reach databases, if there are any. */
  #createForDatabases(
    props: FunctionsProps,
    { common, planning, writing, calling }: DatabaseSettings,
  ) {
    const { postgres } = props;
    if (Object.keys(postgres).length === 0) return undefined;
    const reached = { ...calling, ...reaching(this, postgres) };
    const network = networkOf(postgres);
    return {
      plan: this.#create('PlanDatabase', {
        ...{ ...common, network },
        environment: { ...planning, ...reached },
        permissions: planDatabasePermissions(props),
      }),
      copy: this.#create('CopyDatabase', {
        ...{ ...common, network },
        environment: { ...writing, ...reached },
        permissions: copyDatabasePermissions(props),
      }),
      load: this.#create('LoadTable', {
        ...{ ...common, network },
        environment: { ...writing, ...reached },
        permissions: loadTablePermissions(props),
      }),
    };
  }

  #create(step: string, settings: StepSettings): NodejsFunction {
    const { memorySize, environment, permissions, acknowledged, destinations, engine } = settings;
    const scope = new Construct(this, step);
    const logGroup = createLogGroup(scope, this.#props);
    const role = new Role(scope, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    allow(role, [...permissions, writesLogs(logGroup), TRACING]);
    const handler = new NodejsFunction(scope, 'Function', {
      ...stepCode(folderOf(step), settings.modules),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: FUNCTION_TIMEOUT,
      tracing: Tracing.ACTIVE,
      environment: {
        ...environment,
        NODE_OPTIONS: nodeOptions(settings.semiSpaceMiB),
        AWS_MAX_ATTEMPTS: String(SDK_TRIES),
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        POWERTOOLS_SERVICE_NAME: this.#props.service,
      },
      memorySize,
      role,
      logGroup,
      ...destinations,
      ...engine,
      ...settings.network,
    });
    acknowledge(handler, acknowledged);
    return handler;
  }
}
