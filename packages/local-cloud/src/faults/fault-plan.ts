import { createHash } from 'node:crypto';

/** What can be made to go wrong. */
export const FAULT_KINDS = [
  's3-slow-down',
  's3-internal-error',
  's3-reset',
  's3-lost-response',
  's3-truncated-body',
  's3-slow-body',
  's3-clock-skew',
  's3-request-timeout',
  's3-incomplete-body',
  's3-hang',
  's3-full-disk',
  'dynamodb-throttled',
  'dynamodb-internal-error',
  'dynamodb-reset',
  'dynamodb-lost-response',
  'dynamodb-clock-skew',
  'dynamodb-hang',
  'lambda-throttled',
  'lambda-service-error',
  'lambda-twice',
  'lambda-killed',
  'lambda-timeout',
  'lambda-deadline',
  'lambda-open-files',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * Which requests go wrong, and how. The same plan always picks the same requests: the n-th of each
 * operation.
 */
export interface FaultPlan {
  /** Given back with each fault. */
  readonly name: string;
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  /** Share of the requests that go wrong, from 0 to 1. */
  readonly rate: number;
  /** Only requests whose path, body or payload holds one of these texts go wrong. */
  readonly about: readonly string[];
}

/** One fault that a plan asks for. */
export interface Fault {
  readonly kind: FaultKind;
  /** How far it goes, in [0, 1): it sets a moment, a place or a delay. */
  readonly degree: number;
}

/** A request as plans see it. */
export interface FaultyRequest {
  /** Such as `s3 PUT` or `dynamodb UpdateItem`; counted apart from others. */
  readonly operation: string;
  /** Kinds of fault that can happen to it. */
  readonly kinds: readonly FaultKind[];
  /** Text in which {@link FaultPlan.about} is looked for. */
  readonly subject: string;
}

const WORD = 2 ** 32;

/**
 * Decides what happens to the n-th request of an operation, by the seed of the plan alone.
 *
 * @param count requests of this operation that came before.
 * @returns undefined when it is left alone.
 */
export function chooseFault(
  plan: FaultPlan,
  request: FaultyRequest,
  count: number,
): Fault | undefined {
  const kinds = plan.kinds.filter((kind) => request.kinds.includes(kind));
  const text = `${plan.seed} ${request.operation} ${count}`;
  const digest = createHash('sha256').update(text).digest();
  const [chance, choice, degree] = [0, 4, 8].map((at) => digest.readUInt32LE(at) / WORD);
  if (chance === undefined || choice === undefined || degree === undefined) return undefined;
  const kind = kinds[Math.floor(choice * kinds.length)];
  return kind === undefined || chance >= plan.rate ? undefined : { kind, degree };
}
