import * as z from 'zod/mini';
import { sourcePin } from '#core/objects/source-pin.ts';
import { count, ordinal } from '#core/schemas/count.ts';

/** Where the objects of a run lie. */
const outputLocation = z.strictObject({
  bucket: z.string(),
  /** Ends with a slash. */
  prefix: z.string().check(z.regex(/\/$/)),
});

/** A further attempt of a generation, after the one before it could not be finished. */
export const laterAttempt = z.strictObject({
  generation: ordinal,
  /** From 2: the first attempt has no number in its keys. */
  attempt: ordinal.check(z.minimum(2)),
});

/** What a run's rows and chunks come after: the sums of the generations before it in its set. */
const runBase = z.strictObject({
  chunks: count,
  rows: count,
  /** The generation with which the set of chunks begins: the first one, or one that overwrote. */
  since: ordinal,
  /**
   * Set where a run replaces the partitions of the set that it has itself: chunks and rows are then
   * those that stay.
   */
  replaces: z.optional(z.literal('partitions')),
  /**
   * The last later attempt of the set, whose folder the chunks go to: in that of the set lie those
   * of the attempt before it. Absent where there is none.
   */
  moved: z.optional(laterAttempt),
});

/**
 * The upload whose parts are the chunks, where all of several are one object: S3's id of it, and
 * which upload of the generation it is, from 1.
 */
const runUpload = z.strictObject({ id: z.string(), number: ordinal });

/** 32 hexadecimal digits. */
export const runId = z.string().check(z.regex(/^[0-9a-f]{32}$/));

/** What is known of a run of either wing. */
export const runFields = {
  runId,
  source: sourcePin,
  location: outputLocation,
  /** Which generation of its output the run writes, from 1. */
  generation: ordinal,
  base: runBase,
  /** Number of chunks in the plan. */
  chunks: count,
  upload: z.optional(runUpload),
};

export type OutputLocation = Readonly<z.infer<typeof outputLocation>>;
export type RunUpload = Readonly<z.infer<typeof runUpload>>;
export type UploadNumber = Pick<RunUpload, 'number'>;
export type RunBase = Readonly<z.infer<typeof runBase>>;

/** The base of a run that begins an output. */
export const EMPTY_BASE: RunBase = { chunks: 0, rows: 0, since: 1 };

/** Which attempt of its generation a run is, from 1. */
export function attemptOf({
  generation,
  base: { moved },
}: {
  readonly generation: number;
  readonly base: Pick<RunBase, 'moved'>;
}): number {
  return moved?.generation === generation ? moved.attempt : 1;
}
