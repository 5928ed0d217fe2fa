import { OutputConflictError, UploadConflictError } from '#core/errors.ts';
import { BATCH_COUNT, BatchedOutput, type BatchKind } from '#support/batched-output.ts';
import { type Call, type Hook, hookClients } from '#support/hooked-clients.ts';
import type { LocalServices } from '#support/local-services.ts';
import { runSteps } from '#support/run-steps.ts';

/**
 * What happens at a write: the process dies before the write takes effect or after it, or only the
 * answer to the write is lost.
 */
export const MOMENTS = ['before', 'after', 'lost answer'] as const;
export type Moment = (typeof MOMENTS)[number];

/** One disturbed batch of a set. */
export interface Crash {
  readonly batch: number;
  /** Which write of the process is disturbed, from 0. */
  readonly write: number;
  readonly moment: Moment;
}

class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** A process that is dead sends nothing. */
function dying({ write, moment }: Crash): Hook {
  let isDead = false;
  const die = () => {
    isDead = true;
    throw new ProcessDied(`at write ${write}`);
  };
  return async (call, send) => {
    if (isDead) return die();
    if (call.write !== write) return await send();
    if (moment === 'before') return die();
    // What is there already, such as the jobs of mappers of the same objects, is refused.
    await send().catch(() => undefined);
    if (moment === 'after') return die();
    throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
  };
}

function fail(problem: string): never {
  throw new Error(problem);
}

function assertSame(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) fail(`${what} is ${a}, not ${b}`);
}

/** @param failed generations of runs that died once they were in the output. */
async function assertRemoved(output: BatchedOutput, failed: readonly number[]): Promise<void> {
  for (const [generation, keys] of await output.scattered()) {
    if (!failed.includes(generation)) fail(`generation ${generation} has left ${keys}`);
  }
}

/** Runs a batch undisturbed. @returns its writes */
export async function writesOf(
  services: LocalServices,
  output: BatchedOutput,
  batch: number,
): Promise<readonly Call[]> {
  const clients = services.connect();
  const writes: Call[] = [];
  hookClients(clients, async (call, send) => {
    if (call.write !== undefined) writes.push(call);
    return await send();
  });
  await runSteps(clients, services, await output.request(batch));
  return writes;
}

async function addAll(services: LocalServices, output: BatchedOutput, from: number, to: number) {
  for (let batch = from; batch < to; batch += 1) {
    const generation = await runSteps(services.connect(), services, await output.request(batch));
    assertSame(`the generation of batch ${batch}`, generation, batch + 1);
  }
}

/**
 * Adds all batches, one of them by a process that dies at one write. After the crash the output
 * is as it was before that batch, or has all of it. The same request again completes it, and in the
 * end every byte is there.
 */
export async function crashOnce(
  services: LocalServices,
  crash: Crash,
  kind: BatchKind,
): Promise<void> {
  const { batch, write, moment } = crash;
  const output = new BatchedOutput(
    services,
    `${kind.form.name}-${kind.mode}-${batch}-${write}-${moment}`,
    kind,
  );
  await addAll(services, output, 0, batch);

  const clients = services.connect();
  hookClients(clients, dying(crash));
  const request = await output.request(batch);
  const ended = await runSteps(clients, services, request).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ProcessDied') return 'died';
    throw error;
  });
  const survives = moment === 'lost answer';
  assertSame('the end', ended, survives ? batch + 1 : 'died');
  const all = Array.from({ length: BATCH_COUNT }, (_, index) => index);
  const after = await output.check();
  if (after.length !== batch && after.length !== batch + 1) fail(`batches ${after} are in`);
  assertSame('what is in', after, all.slice(0, after.length));
  if (after.length > 0) {
    assertSame('what readers find', await output.content(), await output.expected(after));
  }

  const again = await runSteps(services.connect(), services, request);
  assertSame('the same request again', again, after.length > batch ? 'complete' : batch + 1);
  await addAll(services, output, batch + 1, BATCH_COUNT);
  assertSame('what is in', await output.check(), all);
  assertSame('the content', await output.content(), await output.expected(all));
  const failed = !survives && again === 'complete' ? [batch + 1] : [];
  await assertRemoved(output, failed);
}

/** All batches are in, and nothing else. @returns the one that came in behind the first */
async function assertSettled(output: BatchedOutput, order: readonly number[]): Promise<number> {
  assertSame('what is in', await output.check(), order);
  assertSame('the content', await output.content(), await output.expected(order));
  await assertRemoved(output, []);
  return order[1]!;
}

/**
 * Adds batches 1 and 2 at once: the process of batch 1 stops before one of its writes, batch 2
 * runs from beginning to end, then batch 1 goes on. One of them succeeds; the other is refused, and
 * succeeds when it is repeated.
 *
 * @returns the batch that succeeded first.
 */
export async function raceOnce(
  services: LocalServices,
  write: number,
  kind: BatchKind,
): Promise<number> {
  const output = new BatchedOutput(services, `race-${kind.form.name}-${kind.mode}-${write}`, kind);
  await addAll(services, output, 0, 1);
  const [first, second] = [await output.request(1), await output.request(2)];
  const run = (clients = services.connect(), request = second) =>
    runSteps(clients, services, request).catch((error: unknown) => {
      if (error instanceof OutputConflictError) return error.message;
      throw error;
    });

  let ofSecond: Awaited<ReturnType<typeof run>> = 'not run';
  const clients = services.connect();
  hookClients(clients, async (call, send) => {
    if (call.write === write) ofSecond = await run();
    return await send();
  });
  const ofFirst = await run(clients, first);
  // A run of partitions has no place before it has scattered, and removes that once it is in: both
  // may come in, one after the other.
  const ends = `${ofFirst}, ${ofSecond}`;
  if (ends === '2, 3') return await assertSettled(output, [0, 1, 2]);
  if (ends === '3, 2') return await assertSettled(output, [0, 2, 1]);
  const won = [ofFirst, ofSecond].filter((end) => end === 2);
  if (won.length !== 1) fail(`both ended so: ${ofFirst}; ${ofSecond}`);
  const winner = ofFirst === 2 ? 1 : 2;
  const refusal = String(winner === 1 ? ofSecond : ofFirst);
  if (!/being written by another run .*then repeat this one$/.test(refusal))
    fail(`it was refused by: ${refusal}`);

  assertSame('what is in', await output.check(), [0, winner]);
  const loser = 3 - winner;
  assertSame('the loser', await run(services.connect(), loser === 1 ? first : second), 3);
  return await assertSettled(output, [0, winner, loser]);
}

/**
 * Adds batch 1 by two executions at once: one stops before one of its writes, the other one runs
 * from beginning to end, then the first goes on. A try that finds something gone is made again, as
 * the workflow does.
 */
export async function twinsOnce(
  services: LocalServices,
  write: number,
  kind: BatchKind,
): Promise<void> {
  const name = `twins-${kind.form.name}-${kind.mode}-${write}`;
  const output = new BatchedOutput(services, name, kind);
  await addAll(services, output, 0, 1);
  const request = await output.request(1);
  const clients = services.connect();
  let ofTwin: unknown = 'not run';
  hookClients(clients, async (call, send) => {
    if (call.write === write) ofTwin = await runSteps(services.connect(), services, request);
    return await send();
  });
  const ofFirst = await runSteps(clients, services, request).catch(async (error: unknown) => {
    if (!(error instanceof UploadConflictError)) throw error;
    return await runSteps(services.connect(), services, request);
  });
  // Behind the last write that both make, the twin finds the run complete.
  if (ofTwin !== 2 && ofTwin !== 'complete') fail(`the twin ended so: ${ofTwin}`);
  if (ofFirst !== 2 && ofFirst !== 'complete') fail(`the first one ended so: ${ofFirst}`);
  assertSame('what is in', await output.check(), [0, 1]);
  assertSame('the content', await output.content(), await output.expected([0, 1]));
  // One that scatters once more what is in already leaves it: no step after it removes anything.
  await assertRemoved(output, ofFirst === 'complete' ? [2] : []);
}
