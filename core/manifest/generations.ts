import { OutputConflictError } from '#core/errors.ts';
import type { RunBase } from '#core/run/run-fields.ts';
import { type OutputSpec, outputOf } from '#core/run/run-output.ts';
import { type SourceFacts, type SourceView, sourceOf } from '#core/sources/source-kinds.ts';
import { assertExpectedRows } from '#core/tables/run/expected-rows.ts';
import type { AttemptedGeneration, Generation, ManifestHead } from './manifest.ts';

/** A table may have thousands of columns. */
const MAX_DIFFERENCES = 10;

/** Name and SQL type of a column of a table. */
interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** What all rows of one output have in common. */
export interface RowKind {
  readonly output: OutputSpec;
  /** Undefined as long as the source has not been read. */
  readonly facts?: SourceFacts;
  /** Of a table. */
  readonly columns?: readonly TableColumn[] | undefined;
}

/** What a request expects of its source. */
type Expectations = Parameters<SourceView['assertExpected']>[0];

/** What a manifest says of its set: the runs that it lists itself, and those of earlier ones. */
export type ListedSet = Pick<ManifestHead, 'generations' | 'earlier' | 'attempts' | 'since'>;

/** The generation in whose folder the set of a manifest goes on: with which it begins, else. */
export function sinceOf({ since, generations, earlier }: ListedSet): number {
  return since ?? earlier?.[0]?.first ?? generations[0]!.generation;
}

/** The base of a run that comes after the set of a manifest. */
export function baseOf(set: ListedSet): RunBase {
  const { generations, earlier } = set;
  const before = earlier?.at(-1)?.totals.chunks ?? 0;
  const chunks = generations.reduce((sum, each) => sum + each.chunks, before);
  const since = sinceOf(set);
  return { chunks, rows: generations.at(-1)!.rowEnd, since, ...movedAt(set, since, chunks) };
}

/** What says which generations needed more than one attempt. */
interface Attempted {
  readonly attempts?: readonly AttemptedGeneration[] | undefined;
}

/** The later attempt in whose folder a chunk of a set lies, if it does. */
export function movedAt(
  { attempts = [] }: Attempted,
  since: number,
  index: number,
): Pick<RunBase, 'moved'> {
  const last = attempts.findLast(({ generation, chunk }) => since <= generation && chunk <= index);
  return last ? { moved: { generation: last.generation, attempt: last.attempt } } : {};
}

/** Which attempt of a generation is in an output, from 1. */
export function attemptIn({ attempts = [] }: Attempted, generation: number): number {
  return attempts.find((each) => each.generation === generation)?.attempt ?? 1;
}

/** The generations with later attempts up to a run: those before it, and its own. */
export function attemptsUpTo(
  { generation, base }: { readonly generation: number; readonly base: RunBase },
  before: readonly AttemptedGeneration[] = [],
): readonly AttemptedGeneration[] {
  const { moved, chunks } = base;
  return moved?.generation === generation ? [...before, { ...moved, chunk: chunks }] : before;
}

/** What all rows of one output must have in common, named as in messages. */
export function settingsOf({
  output,
  facts,
  columns = [],
}: RowKind): Readonly<Record<string, unknown>> {
  return {
    ...outputOf(output).describe(),
    ...(facts && { 'the kind of source': facts.kind, ...sourceOf(facts).common }),
    ...Object.fromEntries(
      columns.map(({ name, type }, at) => [`column ${at + 1}`, `${name} ${type}`]),
    ),
  };
}

/**
 * Makes sure that the rows of a batch fit those of an output.
 *
 * @param batch what is known of it.
 * @param refusal what cannot be done to which output, the begin of the message.
 * @throws {OutputConflictError} naming every difference.
 */
export function assertSameKind(batch: RowKind, set: RowKind, refusal: string): void {
  const there = settingsOf(set);
  const differences = Object.entries(settingsOf(batch))
    .filter(([name, value]) => there[name] !== value)
    .map(
      ([name, value]) =>
        `${name} is ${JSON.stringify(value)}, there ${JSON.stringify(there[name])}`,
    );
  if (differences.length === 0) return;
  const more = differences.length - MAX_DIFFERENCES;
  const rest = more > 0 ? `; and ${more} more` : '';
  throw new OutputConflictError(
    `${refusal}: ${differences.slice(0, MAX_DIFFERENCES).join('; ')}${rest}; make them agree, or choose another output.uri`,
  );
}

/**
 * Compares a run that is in its output with what a request expects. The rows of a table of which
 * some may have been rejected are not compared: its generation does not say how many.
 *
 * @throws {ExpectationError} source or rows are not those.
 */
export function assertPublished(published: Generation, expect: Expectations): void {
  const { facts, read, rowStart, rowEnd, gone } = published;
  sourceOf(facts).assertExpected(expect);
  const isTransformed = read?.transform !== undefined;
  if (!isTransformed && read?.onBadRow !== 'fail') return;
  const rows = rowEnd - rowStart + (gone?.rows ?? 0);
  assertExpectedRows(expect.rows, { rows, rejected: 0, isTransformed });
}
