import { bundleAll } from '@sparse-fanout/engine/bundle-functions.ts';
import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { MAX_CONCURRENCY, type RequestDefaults } from '#core/contract.ts';
import { presetProblems, requestProblems } from '#core/request/preset-problems.ts';
import { assertPostgres } from './postgres.ts';
import type { SparseFanoutProps } from './sparse-fanout-props.ts';
import { memoryOf } from './step-memory.ts';
import { assertTransforms } from './transforms.ts';
import { assertNoLoop, BUNDLE_META, type KeyPattern, type ScheduledRequest } from './triggers.ts';

/** What the CDK and EventBridge Scheduler replace later, such as the name of a bucket. */
const PLACEHOLDER = /\$\{Token\[[^\]]*\]\}|<aws\.scheduler\.[a-z-]+>/g;

/** A request with a word in place of each name that is not known yet. */
function withoutPlaceholders<Request>(request: Request): Request {
  return JSON.parse(JSON.stringify(request).replaceAll(PLACEHOLDER, 'later'));
}

/** @throws {Error} there are problems. */
function assertNoProblems(name: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error(`${name} would be refused by every run: ${problems.join('; ')}`);
}

/** @throws {Error} a number is given that is not whole, or outside of its bounds. */
function assertConcurrency(name: string, given: number | undefined): void {
  if (given === undefined) return;
  if (Number.isInteger(given) && given >= 1 && given <= MAX_CONCURRENCY) return;
  throw new Error(`${name} is ${given}, allowed are whole numbers from 1 to ${MAX_CONCURRENCY}`);
}

/** Presets, of which `limits` has the concurrency beside what else it presets. */
function presetsOf(props: SparseFanoutProps): RequestDefaults {
  const { requestDefaults = {}, maxConcurrency, reservedConcurrency, postgres = {} } = props;
  assertConcurrency('maxConcurrency', maxConcurrency);
  assertConcurrency('reservedConcurrency', reservedConcurrency);
  assertNoProblems('requestDefaults', presetProblems(withoutPlaceholders(requestDefaults)));
  // A database takes few connections, so that loads have a bound of their own.
  const reserved = Object.keys(postgres).length > 0 ? undefined : reservedConcurrency;
  const concurrency = maxConcurrency ?? reserved;
  if (concurrency === undefined) return requestDefaults;
  const limits = { concurrency, ...(requestDefaults['limits'] as object | undefined) };
  return { ...requestDefaults, limits };
}

/** The keys that start runs; undefined if none does. @throws {Error} no key could start any. */
function keysOf(props: SparseFanoutProps): KeyPattern | undefined {
  const { startOnObjects = true, triggerPrefix = '' } = props;
  const { triggerSuffixes: suffixes = ['.npz', BUNDLE_META] } = props;
  if (!startOnObjects) return undefined;
  if (suffixes.length > 0) return { prefix: triggerPrefix, suffixes };
  throw new Error(
    'triggerSuffixes is empty, so that no object starts a run; say startOnObjects: false, or give endings of keys',
  );
}

/**
 * @throws {Error} only one of `schedule` and `scheduledRequest` is given, or every run of the
 * schedule would be refused.
 */
function scheduledOf(
  { schedule, scheduledRequest: request }: SparseFanoutProps,
  presets: RequestDefaults,
): ScheduledRequest | undefined {
  if (schedule === undefined && request === undefined) return undefined;
  if (schedule !== undefined && request !== undefined) {
    assertNoProblems('scheduledRequest', requestProblems(withoutPlaceholders(request), presets));
    return { schedule, request };
  }
  const [given, missing] =
    schedule === undefined ? ['scheduledRequest', 'schedule'] : ['schedule', 'scheduledRequest'];
  throw new Error(`${given} needs ${missing}: a schedule starts one request`);
}

/** @throws {Error} settings of a network are given, but no network. */
function networkOf({ vpc, subnets, securityGroups = [] }: SparseFanoutProps) {
  if (vpc !== undefined) return { vpc, subnets, securityGroups };
  if (subnets === undefined && securityGroups.length === 0) return undefined;
  throw new Error('subnets and securityGroups need vpc: give the VPC that they are of, too');
}

/** @throws {Error} objects would be deleted of buckets that stay. */
function removalOf(props: SparseFanoutProps) {
  const { removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } = props;
  const { autoDeleteObjects = false } = props;
  if (!autoDeleteObjects || removalPolicy === RemovalPolicy.DESTROY) {
    return { removalPolicy, autoDeleteObjects };
  }
  throw new Error(
    'autoDeleteObjects needs removalPolicy: RemovalPolicy.DESTROY, as objects are deleted with their bucket alone',
  );
}

/**
 * Checks the settings of a construct and fills in the defaults.
 *
 * @throws {Error} a setting is not allowed; one sentence says which, and what to do.
 */
export function settingsOf(props: SparseFanoutProps) {
  const { transforms = {}, postgres = {} } = props;
  const keys = keysOf(props);
  const requestDefaults = presetsOf(props);
  assertTransforms(transforms);
  assertPostgres(postgres);
  assertNoLoop(props.sourceBucket, props.outputBucket, keys?.suffixes ?? []);
  return {
    ...{ keys, requestDefaults, transforms, postgres },
    scheduled: scheduledOf(props, requestDefaults),
    memoryMiB: memoryOf(props.memoryMiB),
    reservedConcurrency: props.reservedConcurrency,
    modules: bundleAll(Object.entries(props.functions ?? {})),
    network: networkOf(props),
    encryptionKey: props.encryptionKey,
    earlierKeys: props.earlierKeys ?? [],
    logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
    ...removalOf(props),
  };
}
