import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import { Stack } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ENV, type RequestDefaults } from '#core/contract.ts';
import { ACKNOWLEDGED } from './acknowledgements.ts';
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
import { functionNetwork, type GivenNetwork } from './network.ts';
import { connectionsJson, databaseNetwork, type PostgresDatabases } from './postgres.ts';
import { type CommonSettings, createStep, type StepSettings } from './step-function.ts';
import type { StepName } from './step-memory.ts';
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
export interface FunctionsProps extends Omit<CommonSettings, 'network'>, Stores {
  readonly requestDefaults: RequestDefaults;
  /** Keys of the source bucket that start runs; undefined if none does. */
  readonly keys: KeyPattern | undefined;
  /** Gets a message for each failed execution. */
  readonly failureTopic: ITopic;
  /** Functions that the transforms of tables may call. */
  readonly modules: FunctionModules;
  /** Where the functions run; undefined outside of VPCs. */
  readonly network: GivenNetwork | undefined;
  /** Invocations of each writer at once; undefined: what the account has left. */
  readonly reservedConcurrency: number | undefined;
}

/** What the functions that reach databases have in common. */
interface DatabaseSettings {
  readonly common: Omit<StepSettings, 'environment' | 'permissions'>;
  readonly planning: StepSettings['environment'];
  readonly writing: StepSettings['environment'];
  readonly calling: StepSettings['environment'];
}

/**
 * V8's default. What Finalize parses of listings and ledger lives for a page: with 2 MiB a third of
 * its time went into garbage collection, with 16 it takes 14 % less and has 50 MB more.
 * @see campaigns/scale/run.ts
 */
const FINALIZE_SEMI_SPACE_MIB = 16;

/** What a function needs to reach databases; Amazon's authorities sign those of RDS. */
function reaching(scope: Construct, postgres: PostgresDatabases) {
  return {
    [ENV.postgres]: connectionsJson(scope, postgres),
    NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  };
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
  readonly #common: CommonSettings;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { ledger, outputBucket, requestDefaults, failureTopic, reservedConcurrency } = props;
    const network = props.network && functionNetwork(this, props.network);
    this.#common = { ...props, network };
    const environment = { [ENV.ledgerTable]: ledger.tableName };
    const into = { [ENV.outputBucket]: outputBucket.bucketName };
    const defaults = { [ENV.requestDefaults]: JSON.stringify(requestDefaults) };
    const planning = { ...environment, ...into, ...defaults, ...triggering(props) };

    this.plan = this.#create('Plan', {
      environment: planning,
      permissions: planPermissions(props),
      acknowledged: ACKNOWLEDGED.stepFunction,
    });
    this.stage = this.#create('Stage', {
      environment: into,
      permissions: stagePermissions(props),
      acknowledged: ACKNOWLEDGED.stepFunction,
    });
    this.write = this.#create('Write', {
      environment,
      reservedConcurrency,
      permissions: writePermissions(props),
      acknowledged: ACKNOWLEDGED.stepFunction,
    });
    const tables = this.#createForTables(props, { planning, writing: environment });
    ({ planTable: this.planTable, writeTable: this.writeTable } = tables);
    this.scatterTable = tables.scatterTable;
    this.databases = tables.databases;
    this.finalize = this.#create('Finalize', {
      semiSpaceMiB: FINALIZE_SEMI_SPACE_MIB,
      environment,
      permissions: finalizePermissions(props),
      acknowledged: ACKNOWLEDGED.stepFunction,
    });
    const to = publishTo(failureTopic);
    this.reportFailure = this.#create('ReportFailure', {
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
    const common = { acknowledged, engine, modules };
    const { reservedConcurrency } = props;
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
        ...{ ...common, reservedConcurrency },
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
    const given = databaseNetwork(postgres);
    const network = given && functionNetwork(new Construct(this, 'Databases'), given);
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

  #create(step: StepName, settings: StepSettings): NodejsFunction {
    return createStep(this, step, { ...settings, common: this.#common });
  }
}
