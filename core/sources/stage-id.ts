import { digest128 } from '#core/objects/digest.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';

/** Raise it when the same source begins to be staged as other objects. */
const STAGE_VERSION = 3;

/**
 * Names what is staged for one version of a unit, read with these options: 32 hexadecimal digits.
 */
export async function stageIdOf(unit: SourceUnit, options: SourceOptions): Promise<string> {
  return await digest128(JSON.stringify({ version: STAGE_VERSION, unit, options }));
}
