import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InjectedFault } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { createS3Client, type S3Client } from '#aws/clients/s3.ts';
import { createStatesClient, type SFNClient } from '#aws/clients/states.ts';
import type { CloudAddress, CloudReport, CloudRequest } from './cloud-messages.ts';

const PROCESS = fileURLToPath(new URL('cloud-process.ts', import.meta.url));

/** A started process and the clients that reach it. */
interface Started {
  readonly child: ChildProcess;
  readonly address: CloudAddress;
  readonly s3: S3Client;
  readonly states: SFNClient;
}

/** What a cloud is started with. */
export interface ChaosDeployment {
  /** Folder of the assembly. */
  readonly assembly: string;
  /** Texts of its Secrets Manager by their names. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A local cloud in another process, and what tests of faults do to it. */
export class ChaosCloud {
  readonly #assemblyDirectory: string;
  readonly #stateDirectory: string;
  readonly #secrets: Readonly<Record<string, string>>;
  readonly #injected: (fault: InjectedFault) => void;
  /** Requests are answered in order, so each waits for those before it. */
  #asked: Promise<unknown> = Promise.resolve();
  #started: Started | undefined;

  private constructor(
    { assembly, secrets }: ChaosDeployment,
    stateDirectory: string,
    injected: (fault: InjectedFault) => void,
  ) {
    this.#assemblyDirectory = assembly;
    this.#secrets = secrets;
    this.#stateDirectory = stateDirectory;
    this.#injected = injected;
  }

  /** @param injected is called for every fault. */
  static async start(
    deployment: ChaosDeployment,
    injected: (fault: InjectedFault) => void,
  ): Promise<ChaosCloud> {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'sparse-fanout-chaos-'));
    const cloud = new ChaosCloud(deployment, stateDirectory, injected);
    await cloud.#start();
    return cloud;
  }

  get s3(): S3Client {
    return this.#running.s3;
  }

  get states(): SFNClient {
    return this.#running.states;
  }

  output(name: string): string {
    const value = this.#running.address.outputs[name];
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  }

  /** Sends a message to the process and waits until it has taken effect. */
  ask(request: CloudRequest): Promise<unknown> {
    const { child } = this.#running;
    this.#asked = this.#asked.then(async () => {
      const done = new Promise<void>((resolve) => {
        const hear = (report: CloudReport) => {
          if (report.kind !== 'done') return;
          child.off('message', hear);
          resolve();
        };
        child.on('message', hear);
      });
      child.send(request);
      await done;
    });
    return this.#asked;
  }

  /** Kills the process at once and starts another one on the same state. */
  async killAndRestart(): Promise<void> {
    await this.#kill();
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#kill();
    await rm(this.#stateDirectory, { recursive: true, force: true, maxRetries: 5 });
  }

  get #running(): Started {
    if (this.#started === undefined) throw new Error('the local cloud is not running');
    return this.#started;
  }

  async #start(): Promise<void> {
    const secrets = JSON.stringify(this.#secrets);
    const args = [this.#assemblyDirectory, this.#stateDirectory, secrets];
    const child = fork(PROCESS, args, {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (report: CloudReport) => {
      if (report.kind === 'injected') this.#injected(report.fault);
    });
    const address = await new Promise<CloudAddress>((resolve, reject) => {
      child.on('message', (report: CloudReport) => {
        if (report.kind === 'ready') resolve(report.address);
      });
      child.once('exit', (code) => reject(new Error(`the local cloud ended with code ${code}`)));
    });
    const { endpoints, region, credentials, caPem: ca } = address;
    const shared = { region, credentials, ca };
    this.#started = {
      child,
      address,
      s3: createS3Client({ ...shared, endpoint: endpoints.s3 }),
      states: createStatesClient({ ...shared, endpoint: endpoints.states }),
    };
  }

  async #kill(): Promise<void> {
    if (this.#started === undefined) return;
    const { child, s3, states } = this.#started;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : [];
    child.kill('SIGKILL');
    await exited;
    s3.destroy();
    states.destroy();
    this.#started = undefined;
  }
}
