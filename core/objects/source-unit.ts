import * as z from 'zod/mini';
import { sourcePin } from './source-pin.ts';

/** One piece of a source that is read as a whole: a single object, or the objects of one folder. */
export const sourceUnit = z.strictObject({
  /** Of the object, or of the folder with a slash at its end. */
  uri: z.string(),
  objects: z.readonly(z.array(sourcePin).check(z.minLength(1))),
});

export type SourceUnit = Readonly<z.infer<typeof sourceUnit>>;
