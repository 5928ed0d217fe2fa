import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '@sparse-fanout/local-cloud';
import type { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { nativeModules } from '#cli/local/native-modules.ts';
import { StackClient } from './stack-client.ts';

/** The stack of {@link LocalStack.shared}. */
let shared: Promise<LocalStack> | undefined;

/** This checkout's stack, deployed on this machine within the process of the test. */
export class LocalStack extends StackClient {
  readonly cloud: LocalCloud;
  readonly #directory: string;

  private constructor(cloud: LocalCloud, directory: string) {
    super(cloud);
    this.cloud = cloud;
    this.#directory = directory;
  }

  /**
   * Deploys this checkout's own assembly, or another.
   *
   * @param faults sees every request. @default none: nothing goes wrong
   * @param secrets texts that functions get of Secrets Manager. @default none
   */
  static async start(
    assembly?: string,
    faults?: FaultInjector,
    secrets: LocalCloudOptions['secrets'] = {},
  ): Promise<LocalStack> {
    const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-stack-'));
    const assemblyDirectory = assembly ?? (await cloudAssembly(new AbortController().signal));
    const state = {
      assemblyDirectory,
      stateDirectory: directory,
      nativeModules: nativeModules(),
    };
    const cloud = await startLocalCloud({ ...state, secrets, ...(faults && { faults }) });
    return new LocalStack(cloud, directory);
  }

  /**
   * The stack that all test files of one worker share. Each file uses keys and prefixes of its own.
   * The stack ends with the worker's process.
   */
  static shared(): Promise<LocalStack> {
    shared ??= LocalStack.start();
    return shared;
  }

  async close(): Promise<void> {
    this.destroy();
    await this.cloud.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
