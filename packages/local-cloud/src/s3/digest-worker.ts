import { type MessagePort, parentPort } from 'node:worker_threads';
import { BodyDigest, type BodyDigests } from './body-digest.ts';
import type { ChecksumAlgorithm } from './checksums.ts';

/** One body: its blocks will come through `port`. */
export interface BodyToDigest {
  readonly port: MessagePort;
  readonly algorithms: readonly ChecksumAlgorithm[];
}

/** The next block of a body; nothing, behind the last one. */
export type DigestQuestion = Uint8Array | undefined;

/**
 * The answer to a block says only that it has been read; the answer to the end holds the digests.
 */
export type DigestAnswer = BodyDigests | undefined;

function digest({ port, algorithms }: BodyToDigest): void {
  const body = new BodyDigest(algorithms);
  port.on('message', (block: DigestQuestion) => {
    if (block !== undefined) body.update(block);
    const answer: DigestAnswer = block === undefined ? body.finish() : undefined;
    port.postMessage(answer);
  });
}

parentPort?.on('message', digest);
