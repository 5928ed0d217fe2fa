import { StatesError } from './errors.ts';
import type { Json } from './json.ts';

/** 256 KiB of UTF-8 text: the most that passes between states, tasks and executions. */
export const MAX_PAYLOAD_BYTES = 262_144;

/**
 * The error for a result of `culprit` that is larger than {@link MAX_PAYLOAD_BYTES}, in the words
 * of AWS.
 */
export function dataLimitExceeded(culprit: string, terminal: boolean): StatesError {
  const reason = `The state/task '${culprit}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return new StatesError('States.DataLimitExceeded', reason, { terminal });
}

/** Whether text is larger than {@link MAX_PAYLOAD_BYTES} in UTF-8. */
export function isOversized(text: string): boolean {
  // One UTF-16 unit is at most three bytes of UTF-8: most payloads need no counting.
  return text.length * 3 > MAX_PAYLOAD_BYTES && Buffer.byteLength(text) > MAX_PAYLOAD_BYTES;
}

/**
 * Writes what a state hands on.
 *
 * @throws {StatesError} a terminal `States.DataLimitExceeded`. No recording shows a state that
 *   catches its own output.
 */
export function serializePayload(value: Json, stateName: string): string {
  const text = JSON.stringify(value);
  if (isOversized(text)) throw dataLimitExceeded(stateName, true);
  return text;
}
