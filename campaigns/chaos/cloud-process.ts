/**
 * A local cloud in a process of its own, so that it can be killed. Its executions run on a fast
 * clock: their waits of seconds take milliseconds. It ends with its parent.
 */

import { startLocalCloud } from '@sparse-fanout/local-cloud';
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { nativeModules } from '#cli/local/native-modules.ts';
import { patience } from '#support/patience.ts';
import type { CloudReport, CloudRequest } from './cloud-messages.ts';
import { createScaledClock } from './scaled-clock.ts';

/**
 * How much faster than ours: on a quiet machine the minute between two retries takes 1.2 s, a
 * task's timeout of 16 minutes 19 s. On a busy one they take as much longer as functions do.
 */
const SPEED = 250_000 / patience(1000);

/** Functions wait for services most of the time, so more than the two cores can run. */
const CONCURRENCY = 6;

process.once('disconnect', () => process.exit(0));

const [assemblyDirectory = '', stateDirectory = '', secrets = '{}'] = process.argv.slice(2);

function report(message: CloudReport): void {
  if (process.connected) process.send?.(message);
}

const clock = createScaledClock(SPEED);
const faults = new FaultInjector((fault) => report({ kind: 'injected', fault }));

function perform(request: CloudRequest): void {
  if (request.kind === 'begin') faults.begin(request.plan);
  else if (request.kind === 'end') faults.end(request.name);
  else clock.jump(request.milliseconds);
  report({ kind: 'done' });
}

const { endpoints, region, credentials, caPem, outputs } = await startLocalCloud({
  assemblyDirectory,
  stateDirectory,
  nativeModules: nativeModules(),
  lambdaConcurrency: CONCURRENCY,
  secrets: JSON.parse(secrets),
  faults,
  clock,
});
process.on('message', (message) => perform(message as CloudRequest));
report({ kind: 'ready', address: { endpoints, region, credentials, caPem, outputs } });
