import * as z from 'zod/mini';
import type { Output } from '#core/outputs/output.ts';
import { matrixOutputOf, matrixSpec } from '#core/outputs/output-kinds.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import { tableSpec } from '#core/outputs/table/table-spec.ts';

/** What a run of either wing writes, tagged with its kind. The manifest has all of it. */
export const outputSpec = z.union([matrixSpec, tableSpec]);

export type OutputSpec = Readonly<z.infer<typeof outputSpec>>;

/** The output that a spec describes. A writer knows its own wing, and asks that alone. */
export function outputOf(spec: OutputSpec): Output {
  return spec.kind === 'table' ? tableOutput(spec) : matrixOutputOf(spec);
}
