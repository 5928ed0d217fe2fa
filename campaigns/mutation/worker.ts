/** One process of the campaign: runs the tests that it is sent. Started by worker-process.ts. */
import { type Choice, type FileEnd, type Swap, VitestHost } from './vitest-host.ts';

/** Tests to run in this order, and what is changed meanwhile. */
export interface TestRun {
  readonly choices: readonly Choice[];
  readonly swap: Swap;
}

/** What a worker says; each second, how much of a processor's time it has had. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'pulse'; readonly milliseconds: number }
  | { readonly kind: 'begin'; readonly testFile: string }
  | { readonly kind: 'end'; readonly end: FileEnd }
  | { readonly kind: 'done' };

function say(message: WorkerMessage): void {
  process.send?.(message);
}

const PULSE_MILLISECONDS = 1000;

const isCounting = process.argv[2] === 'count-calls';
const listener = {
  onBegin: (testFile: string) => say({ kind: 'begin', testFile }),
  onEnd: (end: FileEnd) => say({ kind: 'end', end }),
};
const host = await VitestHost.start(listener, isCounting);
process.on('message', async (message) => {
  const { choices, swap } = message as TestRun;
  await host.run(choices, swap);
  say({ kind: 'done' });
});
setInterval(() => {
  const { user, system } = process.cpuUsage();
  say({ kind: 'pulse', milliseconds: (user + system) / 1000 });
}, PULSE_MILLISECONDS);
say({ kind: 'ready' });
