import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { unquoted } from '#aws/s3-source.ts';
import { parseRequest } from '#core/request/request.ts';
import { defaultPrefix } from '#core/run/output-keys.ts';
import { runIdentity, runIdOf } from '#core/run/run-id.ts';
import type { ChaosCloud } from './chaos-cloud.ts';
import { BadEndState, checkManifests, type Expected } from './end-state.ts';
import { type FailedExecution, namedCause } from './named-cause.ts';
import type { Happenings, Scenario } from './scenario.ts';
import { createVersion, type SourceVersion } from './source-version.ts';

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

/** One run: a request, the faults around it, and what must be true in the end. */
class ChaosRun {
  readonly #cloud: ChaosCloud;
  readonly #scenario: Scenario;
  readonly #key: string;
  readonly #versions = new Map<string, SourceVersion>();
  readonly #runIds: string[] = [];
  readonly #happened: (keyof Happenings)[] = [];

  constructor(cloud: ChaosCloud, scenario: Scenario) {
    this.#cloud = cloud;
    this.#scenario = scenario;
    this.#key = `chaos-${String(scenario.seed).padStart(NAME_DIGITS, '0')}`;
  }

  async run(): Promise<Outcome> {
    const { seed, kinds, rate, happenings } = this.#scenario;
    const second = createVersion(this.#scenario, 'second');
    if (happenings.sourceReplaced !== undefined) await this.#put(second);
    await this.#put(createVersion(this.#scenario, 'first'));
    const about = [this.#key, ...this.#runIds];
    await this.#cloud.ask({ kind: 'begin', plan: { name: this.#key, seed, kinds, rate, about } });
    const ended = await this.#underFaults(second);
    await this.#cloud.ask({ kind: 'end', name: this.#key });
    return await this.#settle(ended);
  }

  get #request() {
    const { chunkRows, profile, compression, concurrency } = this.#scenario;
    return {
      source: `s3://${this.#cloud.output('SourceBucketName')}/${this.#key}`,
      chunking: { rows: chunkRows },
      output: { text: { profile }, compression },
      limits: { concurrency },
    };
  }

  get #expected(): Expected {
    const bucket = this.#cloud.output('OutputBucketName');
    return { bucket, prefix: `${this.#key}/`, versions: this.#versions };
  }

  /** Puts a matrix at the source's key and records the run that the request then stands for. */
  async #put(version: SourceVersion): Promise<void> {
    const Bucket = this.#cloud.output('SourceBucketName');
    const command = new PutObjectCommand({ Bucket, Key: this.#key, Body: version.bytes });
    const { ETag } = await this.#cloud.s3.send(command);
    const etag = unquoted(ETag);
    const request = parseRequest(this.#request);
    const pin = { uri: request.source.uris[0]!, etag, versionId: null, size: version.bytes.length };
    const outputBucket = this.#cloud.output('OutputBucketName');
    this.#runIds.push(await runIdOf(runIdentity(request, { pin, outputBucket })));
    this.#versions.set(etag, version);
  }

  async #start(): Promise<string> {
    const { executionArn = '' } = await this.#cloud.states.send(
      new StartExecutionCommand({
        stateMachineArn: this.#cloud.output('StateMachineArn'),
        input: JSON.stringify(this.#request),
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
  async #underFaults(second: SourceVersion): Promise<FailedExecution[]> {
    const { duplicateStart, sourceReplaced, clockJump, cloudKilled } = this.#scenario.happenings;
    const arns = [await this.#start()];
    const at = async (what: keyof Happenings, after: number | undefined, act: () => unknown) => {
      if (after === undefined) return;
      await sleep(after);
      await act();
      this.#happened.push(what);
    };
    await Promise.all([
      at('cloudKilled', cloudKilled, () => this.#cloud.killAndRestart()),
      at('duplicateStart', duplicateStart, async () => arns.push(await this.#start())),
      at('sourceReplaced', sourceReplaced, () => this.#replace(second)),
      at('clockJump', clockJump?.after, () =>
        this.#cloud.ask({ kind: 'jump', milliseconds: clockJump?.byMilliseconds ?? 0 }),
      ),
    ]);
    return await Promise.all(arns.map((arn) => this.#endOf(arn)));
  }

  /** The upload itself may meet faults, too. */
  async #replace(second: SourceVersion): Promise<void> {
    for (;;) {
      try {
        return await this.#put(second);
      } catch {
        await sleep(POLL_MILLISECONDS);
      }
    }
  }

  /** Checks what faults left behind, and completes the run where they stopped it. */
  async #settle(ended: readonly FailedExecution[]): Promise<Outcome> {
    const { s3 } = this.#cloud;
    const happened = this.#happened;
    const manifests = await checkManifests(s3, this.#expected);
    const failed = ended.filter(({ status }) => status !== 'SUCCEEDED');
    const causes = await Promise.all(failed.map((each) => this.#causeOf(each)));
    if (failed.length < ended.length) {
      if (manifests.length === 0) throw new BadEndState('an execution succeeded without manifest');
      return { end: 'complete', causes, happened };
    }
    const end = await this.#recover(failed);
    if ((await checkManifests(s3, this.#expected)).length > 0) return { end, causes, happened };
    throw new BadEndState(`the run was completed by ${end}, but has no manifest`);
  }

  async #causeOf(ended: FailedExecution): Promise<string> {
    const prefixes = this.#runIds.map((runId) => defaultPrefix(this.#key, runId));
    const { bucket } = this.#expected;
    const mayBeReplaced = this.#scenario.happenings.sourceReplaced !== undefined;
    return await namedCause(this.#cloud.s3, { bucket, prefixes }, ended, mayBeReplaced);
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
export async function runScenario(cloud: ChaosCloud, scenario: Scenario): Promise<Outcome> {
  return await new ChaosRun(cloud, scenario).run();
}
