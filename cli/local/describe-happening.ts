import type { Happening } from '@sparse-fanout/local-cloud/happening.ts';
import { formatBytes } from '#cli/frame/format-figures.ts';
import { causeSentence } from '#core/failure/cause-sentence.ts';

type Change = Extract<Happening, { readonly kind: 'execution' }>['change'];

type Message = Extract<Happening, { readonly kind: 'message' }>;

/** URI of the manifest in an execution's output; undefined when it wrote none. */
function manifestOf(output: string | null): string | undefined {
  const parsed: unknown = JSON.parse(output ?? 'null');
  const isTold = parsed !== null && typeof parsed === 'object' && 'manifest' in parsed;
  return isTold ? String(parsed.manifest) : undefined;
}

function describeExecution(change: Change): string {
  const { status, name, output, error, cause, redriveCount } = change;
  if (status === 'RUNNING') return redriveCount === 0 ? name : `${name}, redrive ${redriveCount}`;
  const reasons = [error, cause === null ? null : causeSentence(cause)];
  const ending = reasons.filter((reason) => reason !== null).join(': ') || manifestOf(output);
  return ending === undefined ? name : `${name}, ${ending}`;
}

/**
 * The record of a destination holds what the function returned. Where that has a `message`, it is a
 * sentence.
 */
function describeMessage({ topicArn, message }: Message): string {
  const { responsePayload } = JSON.parse(message);
  const sentence = responsePayload?.message ?? responsePayload?.errorMessage ?? message;
  return `to ${topicArn.split(':').at(-1)}, ${sentence}`;
}

/** Describes an event of a local cloud for people: a word, and a text about it. */
function describe(happening: Happening): readonly [word: string, about: string] {
  switch (happening.kind) {
    case 'object-created': {
      const { bucket, key, size } = happening.object;
      return ['stored', `s3://${bucket}/${key}, ${formatBytes(size)}`];
    }
    case 'execution':
      return [happening.change.status, describeExecution(happening.change)];
    case 'dead-letter': {
      const { TARGET_ARN, ERROR_CODE, ERROR_MESSAGE } = happening.letter.attributes;
      return ['dead letter', `for ${TARGET_ARN}, ${ERROR_CODE}: ${ERROR_MESSAGE}`];
    }
    case 'message':
      return ['message', describeMessage(happening)];
    case 'storage-failed':
      return ['disk', happening.error.message];
    case 'undelivered':
      return ['undelivered', happening.error.message];
  }
}

/** One line with the time of day, such as `09:41:05  SUCCEEDED    <name>`. */
export function happeningLine(happening: Happening, now: Date): string {
  const [word, about] = describe(happening);
  return `${now.toLocaleTimeString('en-GB')}  ${word.padEnd(11)}  ${about.replaceAll('\n', ' ')}`;
}
