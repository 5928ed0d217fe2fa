import * as z from 'zod/mini';
import { MAX_CONCURRENCY } from '#core/contract.ts';
import { wholeNumber } from '#core/schemas/count.ts';

/** Bytes that a run may write where neither the request nor the deployment says how many. */
const DEFAULT_OUTPUT_BYTES = 10e12;

/** More money or time than that is no limit. */
const MOST = 1_000_000;

function amount(unit: string) {
  const error = `a number of ${unit} above 0, at most ${MOST}`;
  return z.number({ error }).check(z.positive({ error }), z.maximum(MOST, { error }));
}

/** The `limits` section of a request; none of it is part of the run id. */
export const limits = z.strictObject(
  {
    concurrency: z.optional(wholeNumber(1, MAX_CONCURRENCY)),
    outputBytes: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    maxCostUsd: z.optional(amount('dollars')),
    maxMinutes: z.optional(amount('minutes')),
  },
  { error: 'an object with concurrency, outputBytes, maxCostUsd and maxMinutes' },
);

/** What a section asks for, with every default filled in. */
export function limitsOf(section: z.infer<typeof limits> | undefined, usualConcurrency: number) {
  const { concurrency, outputBytes, maxCostUsd, maxMinutes } = section ?? {};
  return {
    concurrency: concurrency ?? usualConcurrency,
    outputBytes: outputBytes ?? DEFAULT_OUTPUT_BYTES,
    ...(maxCostUsd !== undefined && { maxCostUsd }),
    ...(maxMinutes !== undefined && { maxMinutes }),
  };
}
