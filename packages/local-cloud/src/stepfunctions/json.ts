/** A JSON value, as states pass it on. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [member: string]: Json;
}

/** Whether a JSON value is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a JSON value is an array. */
export function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * Parses text that this process wrote, or that a caller is about to check.
 *
 * @throws {SyntaxError} not JSON.
 */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

/** Names a value's JSON type as Step Functions words it. */
export function jsonTypeOf(value: Json): string {
  if (value === null) return 'null';
  return isJsonArray(value) ? 'array' : typeof value;
}
