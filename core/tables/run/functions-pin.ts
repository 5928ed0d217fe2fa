import * as z from 'zod/mini';
import { RequestError } from '#core/errors.ts';

/** Functions of one's own, and the SHA-256 of their module. */
export const functionsPin = z.strictObject({ name: z.string(), digest: z.string() });

export type FunctionsPin = Readonly<z.infer<typeof functionsPin>>;

/** SHA-256 of each module of functions, by its name. */
export type FunctionDigests = Readonly<Record<string, string>>;

/**
 * Finds the functions that a request names.
 *
 * @throws {RequestError} there are none of this name.
 */
export function pinFunctions(name: string, digests: FunctionDigests): FunctionsPin {
  const known = Object.keys(digests);
  const digest = Object.hasOwn(digests, name) ? digests[name] : undefined;
  if (digest !== undefined) return { name, digest };
  const there = known.length === 0 ? 'there are none here' : `here are ${known.join(', ')}`;
  throw new RequestError([
    `transform.functions is ${JSON.stringify(name)}, ${there}; give a name that was deployed (-c functions=name=file), or on the command line --functions name=file`,
  ]);
}
