import { ONE_VCPU_MIB, WRITER_MIB } from '#core/contract.ts';

/**
 * Memory of each step in MiB where nothing else is said, and the least: each was tested with it.
 * ReportFailure mostly waits for DynamoDB and S3.
 */
const LEAST_MIB = {
  Plan: ONE_VCPU_MIB,
  Stage: ONE_VCPU_MIB,
  Write: WRITER_MIB.least,
  PlanTable: ONE_VCPU_MIB,
  ScatterTable: ONE_VCPU_MIB,
  WriteTable: ONE_VCPU_MIB,
  PlanDatabase: ONE_VCPU_MIB,
  CopyDatabase: ONE_VCPU_MIB,
  LoadTable: ONE_VCPU_MIB,
  Finalize: ONE_VCPU_MIB,
  ReportFailure: 1_024,
} as const;

/** A step that is a function; so it is called in the console, too. */
export type StepName = keyof typeof LEAST_MIB;

/** Memory of steps, MiB. */
export type StepMemory = Readonly<Record<StepName, number>>;

function isStep(name: string): name is StepName {
  return Object.hasOwn(LEAST_MIB, name);
}

/** @throws {Error} a name is of no step, or its memory is outside of what was tested. */
function assertMemory(name: string, given: number): void {
  if (!isStep(name)) {
    const steps = Object.keys(LEAST_MIB).join(', ');
    throw new Error(`memoryMiB has ${JSON.stringify(name)}, allowed are ${steps}`);
  }
  const [least, { most }] = [LEAST_MIB[name], WRITER_MIB];
  if (Number.isInteger(given) && least <= given && given <= most) return;
  throw new Error(
    `memoryMiB.${name} is ${given}, allowed are whole numbers from ${least} to ${most}; with less it was not tested`,
  );
}

/**
 * The memory of every step.
 *
 * @throws {Error} what is given is outside of the tested bounds.
 */
export function memoryOf(given: Partial<StepMemory> = {}): StepMemory {
  for (const [name, memory] of Object.entries(given)) assertMemory(name, memory);
  return { ...LEAST_MIB, ...given };
}
