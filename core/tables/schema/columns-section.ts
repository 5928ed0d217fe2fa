import * as z from 'zod/mini';
import { nameProblem } from './column-names.ts';

const MAX_MAPPED = 20_000;
const MAX_DEFAULT = 1_024;
const MAX_FROM = 16;

const name = z.string({ error: 'a name' }).check(
  z.check<string>((context) => {
    const message = nameProblem(context.value);
    if (message !== undefined) {
      context.issues.push({ code: 'custom', message, input: context.value });
    }
  }),
);

const WORDS = "an object with from and default, or 'drop'";

const from = z.union(
  [
    z.pipe(
      name,
      z.transform((one) => [one]),
    ),
    z.array(name).check(z.minLength(1), z.maxLength(MAX_FROM)),
  ],
  { error: `a name, or a list of 1 to ${MAX_FROM} names` },
);

const mapped = z.union(
  [
    z.literal('drop'),
    z.strictObject({
      from: z.optional(from),
      default: z.optional(
        z
          .string({ error: 'a text' })
          .check(z.maxLength(MAX_DEFAULT, { error: `at most ${MAX_DEFAULT} characters` })),
      ),
    }),
  ],
  { error: WORDS },
);

/**
 * The section `columns` of a request: how the columns of the sources become those of the schema.
 *
 * - `"price": { "from": "Price USD" }`: the column comes from one of another name; of several names
 *   the one that the source has;
 * - `"price": { "default": "0" }`: stands in wherever the source has no value: the column or key is
 *   not there, or it is NULL;
 * - `"junk": "drop"`: a column of the sources that is left out.
 */
export const columnsSection = z
  .record(name, mapped, {
    error: 'an object of names and how each comes from the source',
  })
  .check(
    z.check((context) => {
      const size = Object.keys(context.value).length;
      if (size <= MAX_MAPPED) return;
      context.issues.push({
        code: 'custom',
        message: `has ${size} names, at most ${MAX_MAPPED} are allowed`,
        input: context.value,
      });
    }),
  );

export type ColumnsSection = z.infer<typeof columnsSection>;
