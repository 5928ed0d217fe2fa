import { Duration } from 'aws-cdk-lib';
import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  type Choice,
  Condition,
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  type IChainable,
  JitterType,
  LogLevel,
  QueryLanguage,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ARRIVAL_RETRY } from '#core/contract.ts';
import { ACKNOWLEDGED, acknowledge } from './acknowledgements.ts';
import { createWorkflowLogGroup, type LogOptions } from './observability.ts';
import { allow } from './permissions.ts';
import { retryOf } from './retry-props.ts';
import { WORKFLOW_COMMENT } from './state-comments.ts';
import { MAPS, mapsOf } from './workflow-maps.ts';
import {
  historyPermissions,
  mapPermissions,
  ownRuns,
  startPermissions,
} from './workflow-permissions.ts';
import { choice, decided, invoke, round, success, writers } from './workflow-tasks.ts';

/** Functions that reach databases: two read tables of them, one loads rows into them. */
interface DatabaseFunctions {
  readonly plan: LambdaFunction;
  readonly copy: LambdaFunction;
  readonly load: LambdaFunction;
}

/** Settings of {@link Workflow}. */
export interface WorkflowProps extends LogOptions {
  readonly plan: LambdaFunction;
  readonly planTable: LambdaFunction;
  readonly stage: LambdaFunction;
  readonly write: LambdaFunction;
  readonly writeTable: LambdaFunction;
  readonly scatterTable: LambdaFunction;
  readonly finalize: LambdaFunction;
  /** Undefined where there are no databases. */
  readonly databases: DatabaseFunctions | undefined;
  readonly outputBucket: IBucket;
  /** Keys of which the state machine uses what they encrypted before. */
  readonly earlierKeys: readonly IKey[];
}

/**
 * A million chunks of five minutes each take 500 writers a week. A redrive gets the same time
 * again.
 */
const WORKFLOW_TIMEOUT = Duration.days(7);

/** States that an execution ends with. */
interface Ends {
  readonly finalized: IChainable;
  readonly complete: IChainable;
  readonly dryRunDone: IChainable;
}

/** Where PlanTable and the rounds before it go on. */
interface AfterPlanTable {
  readonly staged: IChainable;
  readonly plannedTable: IChainable;
}

/** What the steps that plan get of an execution, and of the Stage round before them. */
const BOUND = {
  request: '{% $states.context.Execution.Input %}',
  execution: { id: '{% $states.context.Execution.Id %}' },
  pins: '{% $exists($states.input.pins) ? $states.input.pins : null %}',
};

/** How long the plan says that a run takes; of one that was redriven nothing can be said. */
const PREDICTION =
  '{% $states.context.Execution.RedriveCount > 0 or $not($exists($states.input.summary.seconds.p95)) ? null : {"seconds": $states.input.summary.seconds.p95, "startedAt": $states.input.startedAt} %}';

/** What Finalize gets of a run. */
const PROVED = { run: '{% $states.input.run %}', prediction: PREDICTION };

/** The functions that tasks invoke. */
function stepsOf(props: WorkflowProps): readonly LambdaFunction[] {
  const { plan, planTable, stage, scatterTable, write, writeTable, finalize } = props;
  const { plan: planDatabase, copy, load } = props.databases ?? {};
  const reaching = [planDatabase, copy, load].filter((each) => each !== undefined);
  return [plan, planTable, stage, scatterTable, write, writeTable, ...reaching, finalize];
}

/**
 * The state machine: Plan, and Stage as often as Plan asks for it, then the writers in parallel,
 * then Finalize. A table goes from Plan to PlanTable, which may ask for Stage too, and its own
 * writers.
 */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const { outputBucket, encryptionKey, earlierKeys } = props;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
    });
    const keys = [...(encryptionKey === undefined ? [] : [encryptionKey]), ...earlierKeys];
    const own = [...mapPermissions(outputBucket), ...historyPermissions(keys)];
    allow(role, [...startPermissions(stepsOf(props)), ...own]);

    const logs = { destination: createWorkflowLogGroup(this, props), level: LogLevel.ERROR };
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      comment: WORKFLOW_COMMENT,
      definitionBody: DefinitionBody.fromChainable(this.#states(props)),
      queryLanguage: QueryLanguage.JSONATA,
      timeout: WORKFLOW_TIMEOUT,
      // The children of a run would be one trace, and a trace has 500 KB at most.
      tracingEnabled: false,
      logs,
      ...(encryptionKey && {
        encryptionConfiguration: new CustomerManagedEncryptionConfiguration(encryptionKey),
      }),
      // Otherwise the CDK would add wider statements: `<function>:*`, `<bucket>/*`.
      role: role.withoutPolicyUpdates(),
    });
    this.stateMachine.node.tryRemoveChild('DistributedMapPolicy');
    allow(
      new Policy(this, 'MapRuns', { roles: [role] }),
      ownRuns(this.stateMachine, mapsOf(props)),
    );
    acknowledge(this.stateMachine, ACKNOWLEDGED.stateMachine);
  }

  #states(props: WorkflowProps): IChainable {
    const { plan, planTable, stage, write, finalize, outputBucket } = props;
    const planned = invoke(this, 'Plan', {
      ...{ handler: plan, payload: BOUND },
      retries: [retryOf(ARRIVAL_RETRY, JitterType.NONE)],
    });
    const plannedTable = invoke(this, 'PlanTable', { handler: planTable, payload: BOUND });
    const staged = round(
      this,
      { map: MAPS.stage, id: 'Stage', handler: stage, outputBucket },
      // The step that asked for the round gets the same request again, with its pins.
      '{% {"pins": $states.input.pins, "wing": $states.input.wing} %}',
    );
    const chunks = { map: MAPS.write, id: 'WriteChunk', handler: write, outputBucket } as const;
    const complete = success(this, 'AlreadyComplete');
    const dryRunDone = success(this, 'DryRunDone');
    const finalized = invoke(this, 'Finalize', { handler: finalize, payload: PROVED });

    staged.next(
      choice(this, 'DecideWing')
        .when(Condition.jsonata("{% $states.input.wing = 'table' %}"), plannedTable)
        .otherwise(planned),
    );

    const ends = { finalized, complete, dryRunDone };
    const databases = this.#databases(props, ends);
    const decideTable = this.#decideTable(props, { ...ends, staged, plannedTable });
    if (databases !== undefined) decideTable.when(decided('load'), databases.loaded);
    plannedTable.next(decideTable);

    return planned.next(
      choice(this, 'Decide')
        .when(decided('write'), writers(this, chunks).next(finalized))
        .when(decided('stage'), staged)
        .when(decided('table'), plannedTable)
        // A deployment without databases refuses a table of one by name, in PlanTable.
        .when(decided('database'), databases?.planned ?? plannedTable)
        .when(decided('complete'), complete)
        .when(decided('dry-run'), dryRunDone),
    );
  }

  /** What PlanTable may decide, but for what concerns databases. */
  #decideTable(
    { scatterTable, writeTable, outputBucket }: WorkflowProps,
    { finalized, complete, dryRunDone, staged, plannedTable }: Ends & AfterPlanTable,
  ): Choice {
    const scattered = round(
      this,
      { map: MAPS.scatter, id: 'ScatterTable', handler: scatterTable, outputBucket },
      // PlanTable finds what was scattered.
      '{% {"pins": $states.input.pins} %}',
    );
    scattered.next(plannedTable);
    const files = { map: MAPS.writeTable, id: 'WriteTable', handler: writeTable } as const;
    const written = writers(this, { ...files, outputBucket });
    return choice(this, 'DecideTable')
      .when(decided('write'), written.next(finalized))
      .when(decided('stage'), staged)
      .when(decided('scatter'), scattered)
      .when(decided('complete'), complete)
      .when(decided('dry-run'), dryRunDone)
      .when(decided('waiting'), success(this, 'InboxWaits'));
  }

  /** The steps of functions that reach databases. */
  #databases({ databases, outputBucket }: WorkflowProps, ends: Ends) {
    if (databases === undefined) return undefined;
    const { finalized, complete, dryRunDone } = ends;
    const loaded = this.#load(databases.load, outputBucket, finalized);
    const copies = { map: MAPS.copyDatabase, id: 'CopyDatabase', handler: databases.copy } as const;
    const copied = writers(this, { ...copies, outputBucket });
    const planned = invoke(this, 'PlanDatabase', { handler: databases.plan, payload: BOUND }).next(
      choice(this, 'DecideDatabase')
        .when(decided('write'), copied.next(finalized))
        .when(decided('load'), loaded)
        .when(decided('complete'), complete)
        .when(decided('dry-run'), dryRunDone),
    );
    return { planned, loaded };
  }

  /** Into a database: the table is prepared, each chunk loaded, and the load ended. */
  #load(handler: LambdaFunction, outputBucket: IBucket, finalized: IChainable): IChainable {
    const run = '{% $states.input.run %}';
    const outputs = '{% $states.input %}';
    const chunks = { map: MAPS.loadTable, id: 'LoadTable', handler, outputBucket } as const;
    const loaded = writers(this, chunks, 'chunk');
    const prepare = { handler, payload: { task: 'prepare', run }, outputs };
    const publish = { handler, payload: { task: 'publish', run }, outputs };
    return invoke(this, 'PrepareLoad', prepare)
      .next(loaded)
      .next(invoke(this, 'PublishLoad', publish))
      .next(finalized);
  }
}
