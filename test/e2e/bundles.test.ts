import { expect, test } from 'vitest';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { NO_FUNCTIONS } from '#cli/options/functions-option.ts';
import type { OwnCode } from '#cli/options/own-code.ts';
import { bundleBytes } from '#support/bundle-bytes.ts';
import { patience } from '#support/patience.ts';

/** Most bytes of a bundle: a larger one takes longer to load in each new environment. */
const MAX_BYTES: Readonly<Record<string, number>> = {
  // The sparse outputs are 40 kB of each that reads a manifest or a request.
  // Writes metadata of Iceberg, too: with the types of columns and Avro 30 kB of these.
  Finalize: 635_000,
  ReportFailure: 550_000,
  Stage: 600_000,
  Write: 645_000,
  // Reads the headers of every format, stages small sources in memory, encodes samples, and starts
  // once per run. Prices and the simulation are 15 kB of each that plans.
  // What finds labels of an object is 3 kB of these.
  Plan: 845_000,
  // The engine is in a layer of its own. Takes in inboxes and packs partitions, too. The client of
  // Lambda, for transforms, is 80 kB of these, the realm of functions of one's own 7 kB, what
  // PlanDatabase does with the same handler 10 kB, what packs whole keys 15 kB, what makes columns
  // of records 24 kB.
  PlanTable: 990_000,
  WriteTable: 800_000,
  ScatterTable: 765_000,
};

/**
 * Of the functions that are there only where there are databases: `pg` is 110 kB of these, and
 * tokens of IAM are 2 kB.
 */
const MAX_REACHING_BYTES: Readonly<Record<string, number>> = {
  PlanDatabase: 1_120_000,
  CopyDatabase: 920_000,
  LoadTable: 930_000,
};

/** Bytes of the bundle of each function, by its step. */
async function bytesOfSteps(own?: OwnCode): Promise<Record<string, number>> {
  const sizes = await bundleBytes(await cloudAssembly(new AbortController().signal, own));
  const stepOf = (id: string) => /Functions(.+?)Function/.exec(id)?.[1] ?? id;
  return Object.fromEntries([...sizes].map(([id, bytes]) => [stepOf(id), bytes]));
}

test('every function is one bundle small enough to start fast', async () => {
  const sizes = await bytesOfSteps();
  expect(Object.keys(sizes).sort()).toEqual(Object.keys(MAX_BYTES).sort());
  for (const [step, bytes] of Object.entries(sizes)) {
    expect(bytes, step).toBeLessThanOrEqual(MAX_BYTES[step] ?? 0);
  }
});

test(
  'the functions that reach databases are one each, too',
  async () => {
    const postgres = '{"main":{"secretName":"main"}}';
    const sizes = await bytesOfSteps({ functions: NO_FUNCTIONS, postgres });
    const all = { ...MAX_BYTES, ...MAX_REACHING_BYTES };
    expect(Object.keys(sizes).sort()).toEqual(Object.keys(all).sort());
    for (const [step, most] of Object.entries(MAX_REACHING_BYTES)) {
      expect(sizes[step], step).toBeLessThanOrEqual(most);
    }
  },
  patience(60_000),
);
