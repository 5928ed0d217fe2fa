import { type SourcePin, sourcePin } from '#core/objects/source-pin.ts';
import { parseInput } from '#core/schemas/parse-input.ts';

/**
 * The pins of a run as lines for the next round of Plan, which must not see what was written since.
 *
 * @returns undefined if no object has a version: what was overwritten cannot be read any more, so
 *   the next round is bound to what is there then.
 */
export function keptPins(pins: readonly SourcePin[]): readonly string[] | undefined {
  const isKept = pins.some(({ versionId }) => versionId !== null);
  return isKept ? pins.map((pin) => `${JSON.stringify(pin)}\n`) : undefined;
}

/** @throws {RequestError} a line is no pin. */
export function parseKeptPin(line: string): SourcePin {
  return parseInput(sourcePin, 'Plan', JSON.parse(line));
}
