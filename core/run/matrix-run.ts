import * as z from 'zod/mini';
import { matrixSpec } from '#core/outputs/output-kinds.ts';
import { matrixFacts } from '#core/sparse/matrix-facts.ts';
import { runFields } from './run-fields.ts';

/** What every step of a run of a matrix knows; the object at `layoutKey` says where data lies. */
export const matrixRun = z.strictObject({ ...runFields, facts: matrixFacts, output: matrixSpec });

export type MatrixRun = Readonly<z.infer<typeof matrixRun>>;
