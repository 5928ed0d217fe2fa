import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { LocalCloud } from '@sparse-fanout/local-cloud';
import { patience } from './patience.ts';
import { StackClient } from './stack-client.ts';

/** What `local up --json` prints when it is ready. */
type Printed = Pick<LocalCloud, 'endpoints' | 'region' | 'credentials' | 'caFile' | 'outputs'> & {
  readonly variables: Readonly<Record<string, string>>;
  /** URL of the pages for a browser. */
  readonly page: string;
};

/** With the synthesis of the stack, which the first start after a change needs. */
const START_MILLISECONDS = 10_000;

const ENTRY = new URL('../bin/sparse-fanout.ts', import.meta.url).pathname;

/** `local up` in a process of its own, as users start it. */
export class LocalUp extends StackClient {
  readonly printed: Printed;
  readonly #child: ChildProcess;

  private constructor(printed: Printed, caPem: string, child: ChildProcess) {
    super({ ...printed, caPem });
    this.printed = printed;
    this.#child = child;
  }

  /** Starts it on a state directory and waits until it is ready. */
  static async start(stateDirectory: string): Promise<LocalUp> {
    const args = [ENTRY, '--json', 'local', 'up', '--state', stateDirectory];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const late = setTimeout(() => child.kill('SIGKILL'), patience(START_MILLISECONDS));
    for await (const line of createInterface({ input: child.stdout })) {
      clearTimeout(late);
      const printed: Printed = JSON.parse(line);
      return new LocalUp(printed, await readFile(printed.caFile, 'utf8'), child);
    }
    clearTimeout(late);
    throw new Error('local up ended before it was ready, or was not ready in time');
  }

  /**
   * Ends it as a crash or as Ctrl-C would. Does nothing if it has ended already.
   *
   * @returns its exit code; null when the signal ended it.
   */
  async end(signal: 'SIGKILL' | 'SIGINT'): Promise<number | null> {
    this.destroy();
    if (this.#child.kill(signal)) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }
}
