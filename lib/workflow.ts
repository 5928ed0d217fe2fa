import { Duration } from 'aws-cdk-lib';
import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  type DistributedMapJsonataProps,
  type IChainable,
  JitterType,
  LogLevel,
  OutputType,
  QueryLanguage,
  ResultWriterV2,
  type RetryProps,
  S3JsonLItemReader,
  StateMachine,
  Succeed,
  TaskInput,
  Timeout,
  Transformation,
  WriterConfig,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { ARRIVAL_RETRY, MAP_RETRY, type PlanDecision, RETRIES } from '#core/contract.ts';
import { ACKNOWLEDGED, acknowledge } from './acknowledgements.ts';
import { FUNCTION_TIMEOUT } from './functions.ts';
import { createLogGroup, type LogOptions } from './observability.ts';
import { allow } from './permissions.ts';
import { retryOf } from './retry-props.ts';
import { MAPS, mapsOf } from './workflow-maps.ts';
import { mapPermissions, ownRuns, startPermissions } from './workflow-permissions.ts';

/** Functions that reach databases: two read tables of them, one loads rows into them. */
interface DatabaseFunctions {
  readonly plan: IFunction;
  readonly copy: IFunction;
  readonly load: IFunction;
}

/** Settings of {@link Workflow}. */
export interface WorkflowProps extends LogOptions {
  readonly plan: IFunction;
  readonly planTable: IFunction;
  readonly stage: IFunction;
  readonly write: IFunction;
  readonly writeTable: IFunction;
  readonly scatterTable: IFunction;
  readonly finalize: IFunction;
  /** Undefined where there are no databases. */
  readonly databases: DatabaseFunctions | undefined;
  readonly outputBucket: IBucket;
}

/**
 * A minute longer than a function may run, so that the function's own timeout comes first and is
 * reported.
 */
const TASK_TIMEOUT = FUNCTION_TIMEOUT.plus(Duration.minutes(1));

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

function decided(decision: PlanDecision): Condition {
  return Condition.jsonata(`{% $states.input.decision = '${decision}' %}`);
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
    const { plan, planTable, stage, scatterTable, write, writeTable, finalize } = props;
    const { outputBucket, databases: { plan: planDatabase, copy, load } = {} } = props;
    const reaching = [planDatabase, copy, load].filter((each) => each !== undefined);
    const steps = [plan, planTable, stage, scatterTable, write, writeTable, ...reaching, finalize];
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
    });
    allow(role, [...startPermissions(steps), ...mapPermissions(outputBucket)]);

    const logs = { destination: createLogGroup(this, props), level: LogLevel.ERROR };
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromChainable(this.#states(props)),
      queryLanguage: QueryLanguage.JSONATA,
      timeout: WORKFLOW_TIMEOUT,
      tracingEnabled: true,
      logs,
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
    const planned = this.#invoke('Plan', plan, BOUND, {
      retries: [retryOf(ARRIVAL_RETRY, JitterType.NONE)],
    });
    const plannedTable = this.#invoke('PlanTable', planTable, BOUND);
    const staged = this.#stageSource(stage, outputBucket);
    const written = this.#writeChunks(write, outputBucket, { map: MAPS.write, id: 'WriteChunk' });
    const complete = Succeed.jsonata(this, 'AlreadyComplete');
    const dryRunDone = Succeed.jsonata(this, 'DryRunDone');
    const finalized = this.#invoke('Finalize', finalize, { run: '{% $states.input.run %}' });

    staged.next(
      Choice.jsonata(this, 'DecideWing')
        .when(Condition.jsonata("{% $states.input.wing = 'table' %}"), plannedTable)
        .otherwise(planned),
    );

    const ends = { finalized, complete, dryRunDone };
    const databases = this.#databases(props, ends);
    const decideTable = this.#decideTable(props, { ...ends, staged, plannedTable });
    if (databases !== undefined) decideTable.when(decided('load'), databases.loaded);
    plannedTable.next(decideTable);

    return planned.next(
      Choice.jsonata(this, 'Decide')
        .when(decided('write'), written.next(finalized))
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
    const scattered = this.#scatterTable(scatterTable, outputBucket);
    scattered.next(plannedTable);
    const names = { map: MAPS.writeTable, id: 'WriteTable' };
    return Choice.jsonata(this, 'DecideTable')
      .when(decided('write'), this.#writeChunks(writeTable, outputBucket, names).next(finalized))
      .when(decided('stage'), staged)
      .when(decided('scatter'), scattered)
      .when(decided('complete'), complete)
      .when(decided('dry-run'), dryRunDone)
      .when(decided('waiting'), Succeed.jsonata(this, 'InboxWaits'));
  }

  /** The steps of functions that reach databases. */
  #databases({ databases, outputBucket }: WorkflowProps, ends: Ends) {
    if (databases === undefined) return undefined;
    const { finalized, complete, dryRunDone } = ends;
    const loaded = this.#load(databases.load, outputBucket, finalized);
    const names = { map: MAPS.copyDatabase, id: 'CopyDatabase' };
    const copied = this.#writeChunks(databases.copy, outputBucket, names);
    const planned = this.#invoke('PlanDatabase', databases.plan, BOUND).next(
      Choice.jsonata(this, 'DecideDatabase')
        .when(decided('write'), copied.next(finalized))
        .when(decided('load'), loaded)
        .when(decided('complete'), complete)
        .when(decided('dry-run'), dryRunDone),
    );
    return { planned, loaded };
  }

  /**
   * One child per job of the round. After it the step that asked for it gets the same request again
   * with the pins of this round, and finds what has been staged.
   */
  #stageSource(stage: IFunction, outputBucket: IBucket): DistributedMap {
    const map = this.#overPlan(MAPS.stage, outputBucket, {
      itemSelector: { task: '{% $states.context.Map.Item.Value %}' },
      outputs: '{% {"pins": $states.input.pins, "wing": $states.input.wing} %}',
    });
    return map.itemProcessor(this.#invoke('Stage', stage, '{% $states.input.task %}'));
  }

  /** One child per slice of a partitioned table. After it PlanTable finds what was scattered. */
  #scatterTable(scatterTable: IFunction, outputBucket: IBucket): DistributedMap {
    const map = this.#overPlan(MAPS.scatter, outputBucket, {
      itemSelector: { task: '{% $states.context.Map.Item.Value %}' },
      outputs: '{% {"pins": $states.input.pins} %}',
    });
    return map.itemProcessor(
      this.#invoke('ScatterTable', scatterTable, '{% $states.input.task %}'),
    );
  }

  /** Into a database: the table is prepared, each chunk loaded, and the load ended. */
  #load(loadTable: IFunction, outputBucket: IBucket, finalized: IChainable): IChainable {
    const run = '{% $states.input.run %}';
    const same = '{% $states.input %}';
    const names = { map: MAPS.loadTable, id: 'LoadTable', task: 'chunk' };
    const loaded = this.#writeChunks(loadTable, outputBucket, names);
    return this.#invoke('PrepareLoad', loadTable, { task: 'prepare', run }, { outputs: same })
      .next(loaded)
      .next(this.#invoke('PublishLoad', loadTable, { task: 'publish', run }, { outputs: same }))
      .next(finalized);
  }

  /** One child per line of the plan. */
  #writeChunks(
    write: IFunction,
    outputBucket: IBucket,
    names: { readonly map: string; readonly id: string; readonly task?: string },
  ): DistributedMap {
    const map = this.#overPlan(names.map, outputBucket, {
      itemSelector: {
        run: '{% $states.input.run %}',
        chunk: '{% $states.context.Map.Item.Value %}',
      },
      outputs: '{% $states.input %}',
    });
    const { task } = names;
    const child = {
      ...(task !== undefined && { task }),
      run: '{% $states.input.run %}',
      chunk: '{% $states.input.chunk %}',
    };
    return map.itemProcessor(this.#invoke(names.id, write, child));
  }

  /**
   * A Distributed Map over the lines of the JSONL object that Plan wrote. Retries are inside the
   * child: a retry of the Map would repeat every line, so it has one only for a plan that could not
   * be read. With a Catch there would be no Redrive.
   */
  #overPlan(
    label: string,
    outputBucket: IBucket,
    props: Pick<DistributedMapJsonataProps, 'itemSelector' | 'outputs'>,
  ): DistributedMap {
    const map = DistributedMap.jsonata(this, label, {
      label,
      itemReader: new S3JsonLItemReader({
        bucketNamePath: '{% $states.input.plan.bucket %}',
        key: '{% $states.input.plan.key %}',
      }),
      jsonataMaxConcurrency: '{% $states.input.concurrency %}',
      resultWriterV2: new ResultWriterV2({
        bucket: outputBucket,
        prefix: '{% $states.input.resultsPrefix %}',
        writerConfig: new WriterConfig({
          outputType: OutputType.JSONL,
          transformation: Transformation.COMPACT,
        }),
      }),
      ...props,
    });
    map.addRetry(retryOf(MAP_RETRY));
    return map;
  }

  /**
   * A task that invokes a function, with the retries of the contract.
   *
   * @param own `retries` come first, because the contract's last one takes nearly every error;
   * `outputs` of the task, by default what the function answers.
   */
  #invoke(
    id: string,
    lambdaFunction: IFunction,
    payload: string | Readonly<Record<string, unknown>>,
    own: { readonly retries?: readonly RetryProps[]; readonly outputs?: string } = {},
  ) {
    const { retries = [], outputs = '{% $states.result.Payload %}' } = own;
    const task = LambdaInvoke.jsonata(this, id, {
      lambdaFunction,
      payload:
        typeof payload === 'string' ? TaskInput.fromText(payload) : TaskInput.fromObject(payload),
      outputs,
      taskTimeout: Timeout.duration(TASK_TIMEOUT),
      // The CDK's list has no TooManyRequestsException and no jitter.
      retryOnServiceExceptions: false,
    });
    for (const retry of retries) task.addRetry(retry);
    for (const setting of RETRIES) task.addRetry(retryOf(setting));
    return task;
  }
}
