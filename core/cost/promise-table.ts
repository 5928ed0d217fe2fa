import { ONE_VCPU_MIB } from '#core/contract.ts';
import { usageOf } from './estimate-run.ts';
import { type ExpectedTable, expectedRunOf, FIXED_SECONDS, roundsOf } from './estimate-table.ts';
import type { Prices } from './prices/price-file.ts';
import { promiseRun } from './promise-run.ts';
import { mapOfWork } from './simulated-export.ts';
import { functionSeconds } from './writer-work.ts';

/** Prices a table at list prices, and forecasts its time by simulations of its Maps. */
export function promiseTable(table: ExpectedTable, concurrency: number, prices: Prices) {
  const maps = roundsOf(table).map(({ functions, ...work }) => {
    const chunks = Math.max(1, functions);
    const seconds = functionSeconds({ memoryMiB: ONE_VCPU_MIB, ...work });
    return { map: mapOfWork({ chunks, seconds }, concurrency), memoryMiB: ONE_VCPU_MIB };
  });
  const { lambdaGbSeconds: _, ...usage } = usageOf(expectedRunOf(table));
  const promised = promiseRun({
    ...{ usage, maps, secondsAround: FIXED_SECONDS, storedBytes: table.outputBytes, prices },
  });
  return { usage, ...promised };
}
