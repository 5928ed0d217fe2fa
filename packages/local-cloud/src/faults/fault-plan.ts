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
  'dynamodb-throttled',
  'dynamodb-internal-error',
  'dynamodb-reset',
  'dynamodb-lost-response',
  'dynamodb-clock-skew',
  'lambda-throttled',
  'lambda-service-error',
  'lambda-twice',
  'lambda-killed',
  'lambda-timeout',
  'lambda-deadline',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Which requests go wrong, and how. The same plan spoils the same requests: the n-th of each operation. */
export interface FaultPlan {
  /** Given back with each fault. */
  readonly name: string;
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  /** Share of the requests that go wrong, from 0 to 1. */
  readonly rate: number;
  /** Only requests that name one of these texts, in their path, body or payload, are spoiled. */
  readonly about: readonly string[];
}

/** One fault that a plan asks for. */
export interface Fault {
  readonly kind: FaultKind;
  /** How bad it is, in [0, 1): a moment, a place, a delay. */
  readonly degree: number;
}

/** A request as plans see it. */
export interface FaultyRequest {
  /** Such as `s3 PUT` or `dynamodb UpdateItem`; counted apart from others. */
  readonly operation: string;
  /** Kinds that can befall it. */
  readonly kinds: readonly FaultKind[];
  /** Text in which {@link FaultPlan.about} is looked for. */
  readonly subject: string;
}

const WORD = 2 ** 32;

/**
 * Decides the fate of the n-th request of an operation, from the plan's seed alone.
 *
 * @param count of the requests of this operation before it.
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
