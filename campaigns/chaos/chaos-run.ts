import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ChaosCloud } from './chaos-cloud.ts';
import type { ChaosDatabase } from './chaos-database.ts';
import { BadEndState, checkManifests } from './end-state.ts';
import type { Job, JobPlace, SourceVersion } from './job.ts';
import { matrixJob } from './matrix-job.ts';
import { type FailedExecution, namedCause } from './named-cause.ts';
import type { Happenings, Scenario } from './scenario.ts';
import { tableJob } from './table-job.ts';

/** How a run got its manifest. */
export interface Outcome {
  readonly end: 'complete' | 'redrive' | 'same request';
  /** Causes of the executions that failed on the way. */
  readonly causes: readonly string[];
  /** What happened besides the spoiled requests. */
  readonly happened: readonly (keyof Happenings)[];
}

const POLL_MILLISECONDS = 20;

const NAME_DIGITS = 10;

function jobOf({ job, seed, concurrency }: Scenario): Job {
  if (job.kind === 'table') return tableJob(job, seed, concurrency);
  return matrixJob(job, seed, concurrency);
}

/** What scenarios run in. */
export interface ChaosPlace {
  readonly cloud: ChaosCloud;
  readonly database: ChaosDatabase;
}

/** One run: a request, the faults around it, and what must be true in the end. */
class ChaosRun {
  readonly #cloud: ChaosCloud;
  readonly #database: ChaosDatabase;
  readonly #scenario: Scenario;
  readonly #key: string;
  readonly #job: Job;
  /** ETag of what was there before; undefined where the output was empty. */
  #before: string | undefined;
  readonly #versions = new Map<string, SourceVersion>();
  readonly #runIds: string[] = [];
  readonly #prefixes: string[] = [];
  readonly #happened: (keyof Happenings)[] = [];

  constructor({ cloud, database }: ChaosPlace, scenario: Scenario) {
    this.#cloud = cloud;
    this.#database = database;
    this.#scenario = scenario;
    this.#key = `chaos-${String(scenario.seed).padStart(NAME_DIGITS, '0')}`;
    this.#job = jobOf(scenario);
  }

  async run(): Promise<Outcome> {
    const { seed, kinds, rate, happenings } = this.#scenario;
    await this.#writeBase();
    if (happenings.sourceReplaced !== undefined) await this.#put('second');
    await this.#put('first');
    const about = [this.#key, ...this.#runIds];
    await this.#cloud.ask({ kind: 'begin', plan: { name: this.#key, seed, kinds, rate, about } });
    const ended = await this.#underFaults();
    await this.#cloud.ask({ kind: 'end', name: this.#key });
    return await this.#settle(ended);
  }

  /** New clients after the cloud was killed. */
  get #place(): JobPlace {
    return {
      s3: this.#cloud.s3,
      sourceBucket: this.#cloud.output('SourceBucketName'),
      outputBucket: this.#cloud.output('OutputBucketName'),
      key: this.#key,
    };
  }

  /** Puts the source and records the run that the request then stands for. */
  async #put(which: 'first' | 'second'): Promise<void> {
    const { etag, runId, prefix, version } = await this.#job.put(this.#place, which);
    this.#runIds.push(runId);
    this.#prefixes.push(prefix);
    this.#versions.set(etag, version);
  }

  /** Runs what the run comes after, undisturbed. */
  async #writeBase(): Promise<void> {
    const { base } = this.#job;
    if (base === undefined) return;
    const bound = await base.put(this.#place);
    this.#versions.set(bound.etag, bound.version);
    this.#before = bound.etag;
    const { status, error, cause } = await this.#endOf(
      await this.#start(base.request(this.#place)),
    );
    if (status === 'SUCCEEDED') return;
    throw new BadEndState(`the run before failed undisturbed: ${status} ${error}: ${cause}`);
  }

  async #start(request = this.#job.request(this.#place)): Promise<string> {
    const { executionArn = '' } = await this.#cloud.states.send(
      new StartExecutionCommand({
        stateMachineArn: this.#cloud.output('StateMachineArn'),
        input: JSON.stringify(request),
      }),
    );
    return executionArn;
  }

  async #endOf(arn: string): Promise<FailedExecution> {
    for (;;) {
      const command = new DescribeExecutionCommand({ executionArn: arn });
      const { status = '', error = '', cause = '' } = await this.#cloud.states.send(command);
      if (status !== 'RUNNING') return { executionArn: arn, status, error, cause };
      await sleep(POLL_MILLISECONDS);
    }
  }

  /** Starts the run, does what the scenario says, and waits for the end of every execution. */
  async #underFaults(): Promise<FailedExecution[]> {
    const { duplicateStart, sourceReplaced, clockJump, cloudKilled, ...ofDatabase } =
      this.#scenario.happenings;
    const arns = [await this.#start()];
    const at = async (what: keyof Happenings, after: number | undefined, act: () => unknown) => {
      if (after === undefined) return;
      await sleep(after);
      if ((await act()) !== false) this.#happened.push(what);
    };
    await Promise.all([
      at('cloudKilled', cloudKilled, () => this.#cloud.killAndRestart()),
      at('duplicateStart', duplicateStart, async () => arns.push(await this.#start())),
      at('sourceReplaced', sourceReplaced, () => this.#replace()),
      at('connectionCut', ofDatabase.connectionCut, () => this.#database.cut(this.#key)),
      at('serverRestarted', ofDatabase.serverRestarted, () => this.#database.restart()),
      at('clockJump', clockJump?.after, () =>
        this.#cloud.ask({ kind: 'jump', milliseconds: clockJump?.byMilliseconds ?? 0 }),
      ),
    ]);
    return await Promise.all(arns.map((arn) => this.#endOf(arn)));
  }

  /** The upload itself may meet faults, too. */
  async #replace(): Promise<void> {
    for (;;) {
      try {
        return await this.#put('second');
      } catch {
        await sleep(POLL_MILLISECONDS);
      }
    }
  }

  /** Checks what faults left behind, and completes the run where they stopped it. */
  async #settle(ended: readonly FailedExecution[]): Promise<Outcome> {
    const happened = this.#happened;
    const isThere = await this.#isComplete();
    const failed = ended.filter(({ status }) => status !== 'SUCCEEDED');
    const causes = await Promise.all(failed.map((each) => this.#causeOf(each)));
    if (failed.length < ended.length) {
      if (!isThere) throw new BadEndState('an execution succeeded without manifest');
      return { end: 'complete', causes, happened };
    }
    const end = await this.#recover(failed);
    if (await this.#isComplete()) return { end, causes, happened };
    throw new BadEndState(`the run was completed by ${end}, but has no manifest`);
  }

  /** Checks all that a reader finds, and returns whether it is what the run had to write. */
  async #isComplete(): Promise<boolean> {
    const { s3, outputBucket } = this.#place;
    const before = this.#before;
    const found = await checkManifests(s3, {
      ...{ bucket: outputBucket, prefix: `${this.#key}/`, versions: this.#versions },
      before,
      database: this.#database,
    });
    if (before === undefined) return found.length > 0;
    if (found.length === 0) throw new BadEndState('the manifest of the run before is gone');
    return found.some((etag) => etag !== before);
  }

  async #causeOf(ended: FailedExecution): Promise<string> {
    const prefixes = [...new Set(this.#prefixes)];
    const { s3, outputBucket: bucket } = this.#place;
    const mayBeReplaced = this.#scenario.happenings.sourceReplaced !== undefined;
    return await namedCause(s3, { bucket, prefixes }, ended, mayBeReplaced);
  }

  async #recover(failed: readonly FailedExecution[]): Promise<'redrive' | 'same request'> {
    const { recovery, happenings } = this.#scenario;
    // A redrive goes on with the matrix that the execution began with.
    const end = happenings.sourceReplaced === undefined ? recovery : 'same request';
    const [first] = failed;
    if (first === undefined) throw new Error('nothing failed');
    if (end === 'redrive') {
      await this.#cloud.states.send(
        new RedriveExecutionCommand({ executionArn: first.executionArn }),
      );
    }
    const again = await this.#endOf(end === 'redrive' ? first.executionArn : await this.#start());
    if (again.status === 'SUCCEEDED') return end;
    const { status, error, cause } = again;
    throw new BadEndState(`${end} did not complete the run: ${status} ${error}: ${cause}`);
  }
}

/**
 * Runs a whole job under the faults of its scenario and checks how it ends. Either the manifest is
 * there and every byte is right, or the failure names its cause and the job can be completed.
 *
 * @throws {BadEndState} neither is true.
 */
export async function runScenario(place: ChaosPlace, scenario: Scenario): Promise<Outcome> {
  return await new ChaosRun(place, scenario).run();
}
