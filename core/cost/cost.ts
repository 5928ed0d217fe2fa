import { ONE_VCPU_MIB } from '#core/contract.ts';
import type { Prices } from './prices/price-file.ts';
import { PRICES } from './prices.ts';

/** What a run asks of AWS. */
export interface Usage {
  readonly puts: number;
  readonly gets: number;
  readonly lists: number;
  readonly ledgerWrites: number;
  readonly ledgerReads: number;
  readonly transitions: number;
  readonly invocations: number;
  /** Memory of functions times their duration. */
  readonly lambdaGbSeconds: number;
  readonly logBytes: number;
  /** Bytes that lie in S3 for a day and are removed then. @default 0 */
  readonly stagedBytes?: number;
}

/** Dollars by service. */
export interface Cost {
  readonly lambda: number;
  readonly s3: number;
  readonly stepFunctions: number;
  readonly dynamoDb: number;
  readonly logs: number;
  readonly total: number;
}

const GB = 1e9;

/** Of a month, as S3 bills it. */
const DAY = 1 / 30;

/** What usage costs at list prices, without storage, taxes and free tiers. */
export function costOf(usage: Usage, prices: Prices = PRICES): Cost {
  const { puts, gets, lists, ledgerWrites, ledgerReads, transitions, stagedBytes = 0 } = usage;
  const staged = (stagedBytes / GB) * prices.s3GbMonth * DAY;
  const costs = {
    lambda:
      usage.lambdaGbSeconds * prices.lambdaGbSecond + usage.invocations * prices.lambdaRequest,
    s3: puts * prices.s3Put + gets * prices.s3Get + lists * prices.s3List + staged,
    stepFunctions: transitions * prices.stateTransition,
    dynamoDb: ledgerWrites * prices.dynamoDbWrite + ledgerReads * prices.dynamoDbRead,
    logs: (usage.logBytes / GB) * prices.logsGb,
  };
  return { ...costs, total: Object.values(costs).reduce((sum, cost) => sum + cost, 0) };
}

/** Dollars a month for keeping bytes in S3 Standard. */
export function storageCost(bytes: number): number {
  return (bytes / GB) * PRICES.s3GbMonth;
}

/** Bytes per second between a function and S3, as 1,000 writers on AWS had them. */
export const NETWORK_BYTES_PER_SECOND = 75e6;

/** The work of a function. */
export interface Work {
  readonly memoryMiB: number;
  /** Bytes that it reads and sends. */
  readonly bytes: number;
  /** On one whole vCPU. */
  readonly cpuSeconds: number;
  /** @default {@link NETWORK_BYTES_PER_SECOND} */
  readonly bytesPerSecond?: number;
}

/**
 * Memory times duration of a function in GB-seconds, if it computes on its share of a vCPU and then
 * sends: an upper bound, because it does both at once.
 */
export function gbSecondsOf({ memoryMiB, bytes, cpuSeconds, bytesPerSecond }: Work): number {
  const share = Math.min(memoryMiB / ONE_VCPU_MIB, 1);
  const seconds = cpuSeconds / share + bytes / (bytesPerSecond ?? NETWORK_BYTES_PER_SECOND);
  return (memoryMiB / 1024) * seconds;
}
