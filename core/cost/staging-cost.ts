import { ONE_VCPU_MIB } from '#core/contract.ts';
import { costOf, gbSecondsOf, NETWORK_BYTES_PER_SECOND } from './cost.ts';
import type { Prices } from './prices/price-file.ts';

/** CPU seconds of a whole vCPU for a byte of source that is inflated, parsed or sorted. */
const CPU_SECONDS_PER_BYTE = 50e-9;

/** Requests and states of a job, counted in local runs. */
const PER_JOB = { gets: 20, puts: 3, transitions: 2, logBytes: 2_000 } as const;

/** Seconds of a round beside its jobs: it is planned, and Plan runs again. */
const ROUND_SECONDS = 5;

/** What must be done once for a version of a source before its rows can be read. */
export interface Staging {
  readonly jobs: number;
  readonly sourceBytes: number;
  /** Bytes that are kept for later runs. */
  readonly stagedBytes: number;
  readonly concurrency: number;
}

/** What staging costs and takes; its jobs share the source evenly. */
export function stagingCost(staging: Staging, prices: Prices) {
  const { jobs, sourceBytes, stagedBytes, concurrency } = staging;
  const bytes = sourceBytes + stagedBytes;
  const cpuSeconds = sourceBytes * CPU_SECONDS_PER_BYTE;
  const turns = Math.ceil(jobs / concurrency) / Math.max(jobs, 1);
  const usd = costOf(
    {
      ...{ puts: PER_JOB.puts * jobs, gets: PER_JOB.gets * jobs, lists: jobs },
      ...{ ledgerWrites: 0, ledgerReads: 0, transitions: PER_JOB.transitions * jobs },
      ...{ invocations: jobs, logBytes: PER_JOB.logBytes * jobs },
      lambdaGbSeconds: gbSecondsOf({ memoryMiB: ONE_VCPU_MIB, bytes, cpuSeconds }),
    },
    prices,
  );
  const seconds = ROUND_SECONDS + turns * (cpuSeconds + bytes / NETWORK_BYTES_PER_SECOND);
  return {
    jobs,
    usd: Number(usd.total.toFixed(6)),
    seconds: Number(seconds.toFixed(1)),
    bytes: stagedBytes,
  };
}
