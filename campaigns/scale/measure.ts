import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENV } from '#core/contract.ts';
import { deployedFunction } from './deployed-functions.ts';
import { SOURCE_BUCKET, SOURCE_PREFIX } from './s3-answers.ts';
import { ROWS_PER_CHUNK } from './shape.ts';
import type { Calls, StandInOptions, StandInReport, StandInRequest } from './stand-in-messages.ts';

/** What one step cost. */
export interface StepFigures {
  readonly step: 'Plan' | 'Finalize';
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Highest resident memory. */
  readonly megabytes: number;
  readonly calls: Calls;
  /** What the handler returned. */
  readonly result: Readonly<Record<string, unknown>>;
}

const STAND_INS = fileURLToPath(new URL('stand-ins.ts', import.meta.url));
const HANDLER = fileURLToPath(new URL('handler-process.mjs', import.meta.url));

/** Share of the memory that V8 may fill, as in the local cloud. */
const HEAP_SHARE = 0.9;

/** The stand-ins in their process. */
class StandIns {
  readonly #child: ChildProcess;
  readonly #caFile: string;
  #addresses: { readonly s3: string; readonly dynamodb: string } | undefined;

  constructor(options: StandInOptions) {
    this.#caFile = join(options.directory, 'ca.pem');
    this.#child = fork(STAND_INS, [JSON.stringify(options)], { execArgv: [] });
  }

  async ready(): Promise<void> {
    const [report]: StandInReport[] = await once(this.#child, 'message');
    if (report?.kind === 'ready') this.#addresses = report;
  }

  /** Variables with which the SDK's clients call the stand-ins. */
  get environment(): Readonly<Record<string, string>> {
    const { s3 = '', dynamodb = '' } = this.#addresses ?? {};
    return {
      ...{ AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL_DYNAMODB: dynamodb },
      ...{ AWS_REGION: 'us-east-1', NODE_EXTRA_CA_CERTS: this.#caFile },
      ...{ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
    };
  }

  written(): void {
    this.#send({ kind: 'written' });
  }

  async calls(): Promise<Calls> {
    const answered = once(this.#child, 'message');
    this.#send({ kind: 'calls' });
    const [report]: StandInReport[] = await answered;
    return report?.kind === 'calls' ? report.calls : {};
  }

  close(): void {
    this.#child.kill();
  }

  #send(request: StandInRequest): void {
    this.#child.send(request);
  }
}

/** Runs the deployed bundle of a step once, in a process of the deployed size. */
async function runStep(
  step: StepFigures['step'],
  event: object,
  standIns: StandIns,
): Promise<StepFigures> {
  const { file, memorySize, environment } = await deployedFunction(step);
  const startedAt = performance.now();
  const child = fork(HANDLER, [file, JSON.stringify(event)], {
    execArgv: [`--max-old-space-size=${Math.floor(memorySize * HEAP_SHARE)}`],
    env: {
      ...environment,
      ...standIns.environment,
      [ENV.ledgerTable]: 'ledger',
      [ENV.outputBucket]: 'scale-output',
      [ENV.trigger]: 'null',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
      PATH: process.env['PATH'],
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${step} ended with exit code ${code}`);
  });
  const [{ result, figures }] = await Promise.race([once(child, 'message'), failed]);
  failed.catch(() => undefined);
  const wallSeconds = (performance.now() - startedAt) / 1000;
  return { step, ...figures, wallSeconds, calls: await standIns.calls(), result };
}

/** Runs Plan and then Finalize over so many chunks, and gives the figures of each at its end. */
export async function* measureSteps(options: StandInOptions): AsyncGenerator<StepFigures> {
  const standIns = new StandIns(options);
  try {
    await standIns.ready();
    const request = {
      source: `s3://${SOURCE_BUCKET}/${SOURCE_PREFIX}`,
      chunking: { rows: ROWS_PER_CHUNK },
    };
    const plan = await runStep('Plan', { request, execution: { id: 'arn:scale' } }, standIns);
    yield plan;
    standIns.written();
    yield await runStep('Finalize', { run: plan.result['run'] }, standIns);
  } finally {
    standIns.close();
  }
}
