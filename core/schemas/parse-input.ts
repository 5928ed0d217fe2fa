import type * as z from 'zod/mini';
import { RequestError } from '#core/errors.ts';

/**
 * Turns what the workflow hands to a step into the step's input.
 *
 * @param step names it in messages.
 * @throws {RequestError} with every problem found.
 */
export function parseInput<T>(schema: z.ZodMiniType<T>, step: string, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) =>
      `${step} did not get what the workflow sends: ${path.join('.')}: ${message}`,
  );
  throw new RequestError(problems);
}
