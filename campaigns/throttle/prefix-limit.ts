import { StatesError } from '@sparse-fanout/local-cloud/stepfunctions/errors.ts';
import { Retries } from '@sparse-fanout/local-cloud/stepfunctions/retry.ts';
import { createS3Client } from '#aws/clients/s3.ts';
import { PUTS_PER_SECOND } from '#core/chunks/prefix-warning.ts';

/** Time of a PUT of a small chunk, and of a refusal. */
const PUT_MILLISECONDS = 50;
const REFUSAL_MILLISECONDS = 30;

/** By the global timer, as the SDK waits. */
const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

const THROTTLED = new StatesError('ThrottledError', 'Please reduce your request rate.');

/** Writers that send small chunks to one prefix. */
export interface Load {
  readonly writers: number;
  readonly chunksPerWriter: number;
  /** Tries of the SDK for one request. */
  readonly tries: number;
}

/** How the chunks ended. */
export interface PrefixOutcome {
  readonly refusals: number;
  /** Tries of chunks that the SDK gave up, and Step Functions made again. */
  readonly lostTries: number;
  /** Chunks that Step Functions gave up, too. */
  readonly failedChunks: number;
}

/** Takes so many requests per second, and refuses the others. */
class Prefix {
  #left = PUTS_PER_SECOND;
  #at = Date.now();

  takes(): boolean {
    const now = Date.now();
    const refilled = ((now - this.#at) / 1000) * PUTS_PER_SECOND;
    this.#left = Math.min(PUTS_PER_SECOND, this.#left + refilled);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/**
 * Simulates writers against the limit of a prefix, with the retry strategy of the real client and
 * the Retry list of the real state. Time is that of the global timers, which a test replaces.
 */
export async function simulatePrefix(
  retry: ConstructorParameters<typeof Retries>[0],
  { writers, chunksPerWriter, tries }: Load,
): Promise<PrefixOutcome> {
  const prefix = new Prefix();
  const outcome = { refusals: 0, lostTries: 0, failedChunks: 0 };

  const put = async (client: ReturnType<typeof createS3Client>): Promise<boolean> => {
    const strategy = await client.config.retryStrategy();
    if (!('acquireInitialRetryToken' in strategy)) throw new Error('the SDK has an old strategy');
    let token = await strategy.acquireInitialRetryToken('');
    for (;;) {
      if (prefix.takes()) {
        await sleep(PUT_MILLISECONDS);
        strategy.recordSuccess(token);
        return true;
      }
      outcome.refusals += 1;
      await sleep(REFUSAL_MILLISECONDS);
      try {
        token = await strategy.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING' });
      } catch {
        return false;
      }
    }
  };
  const writeChunk = async (client: ReturnType<typeof createS3Client>) => {
    const retries = new Retries(retry, Math.random);
    while (!(await put(client))) {
      outcome.lostTries += 1;
      const wait = retries.next(THROTTLED);
      if (wait === undefined) {
        outcome.failedChunks += 1;
        return;
      }
      await sleep(wait);
    }
  };
  const write = async () => {
    const address = { endpoint: 'https://localhost', region: 'us-east-1', ca: '', tries };
    const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
    const client = createS3Client({ ...address, credentials });
    for (let chunk = 0; chunk < chunksPerWriter; chunk += 1) await writeChunk(client);
  };
  await Promise.all(Array.from({ length: writers }, write));
  return outcome;
}
