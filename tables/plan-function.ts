import type { TransformArns } from '#core/contract.ts';
import type { PlannedFunction } from '#core/tables/run/table-layout.ts';
import { transformFunction } from '#core/tables/run/transform-function.ts';
import { canonicalSchema, type TableSchema } from '#core/tables/schema/table-schema.ts';
import type { FunctionTransform } from '#core/tables/schema/transform-section.ts';

/** The columns that a function gives back where the request does not say: those that it gets. */
function sameColumns(input: TableSchema): TableSchema {
  return input.map(({ name, type }) => ({ name, type, lossy: false }));
}

/**
 * Finds the version of the function that a transform names.
 *
 * @param input columns that the function gets.
 * @throws {RequestError} the deployment has no such function.
 */
export function planFunction(
  transform: FunctionTransform,
  input: TableSchema,
  deployed: TransformArns | undefined,
): PlannedFunction {
  const { name, version } = transformFunction(transform, deployed);
  const { rows, schema = sameColumns(input) } = transform;
  return { lambda: { name, version }, rows, schema: [...canonicalSchema(schema)] };
}
