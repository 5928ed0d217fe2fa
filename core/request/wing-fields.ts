import type { RequestDefaults } from '#core/contract.ts';
import { DEFAULT_KIND, OUTPUT_KINDS } from '#core/outputs/output-kinds.ts';
import { expectations } from '#core/sparse/expectations.ts';

/** What a request is of: a sparse matrix, or a table. */
export type Wing = 'matrix' | 'table';

/** What both wings may expect. */
const COMMON = ['rows', 'columns'];

/** Fields that only requests of one wing have, by the section that they stand in. */
const FIELDS: Readonly<Record<Wing, Readonly<Record<string, readonly string[]>>>> = {
  matrix: {
    source: ['order', 'columnNames', 'layer', 'zeroBased', 'labels', 'columns', 'featureIds'],
    output: ['text', 'zeroBased', 'tensor', 'label', 'layout'],
    chunking: ['targetBytes'],
    expect: Object.keys(expectations.shape).filter((name) => !COMMON.includes(name)),
  },
  table: {
    '': ['schema', 'columns', 'transform', 'onBadRow'],
    source: ['compression', 'csv', 'byName', 'inbox', 'postgres'],
    output: [...['targetFileBytes', 'files', 'partitionBy', 'csv', 'postgres']],
    chunking: ['keysWhole'],
  },
};

/** What a wing is called, and what makes a request one of it. */
const WORDS: Readonly<Record<Wing, { readonly name: string; readonly told: string }>> = {
  matrix: { name: 'a sparse matrix', told: 'source.format npz, h5ad and the like, or such a name' },
  table: { name: 'a table', told: 'source.format csv, jsonl or parquet, or such a name' },
};

const OTHER: Readonly<Record<Wing, Wing>> = { matrix: 'table', table: 'matrix' };

interface UnknownKeys {
  readonly path: readonly PropertyKey[];
  readonly keys: readonly string[];
}

/** A sentence about unknown keys that the other wing has; undefined if they are simply unknown. */
export function otherWingSentence({ path, keys }: UnknownKeys, wing: Wing): string | undefined {
  const other = OTHER[wing];
  const known = FIELDS[other][path.join('.')] ?? [];
  const foreign = keys.filter((key) => known.includes(key));
  if (foreign.length === 0) return undefined;
  const names = foreign.map((key) => [...path, key].join('.')).join(', ');
  return `${names} is for requests of ${WORDS[other].name}, but this one is of ${WORDS[wing].name}; leave it out, or say what the source is (${WORDS[other].told})`;
}

/** Words of `output.format` that only tables have. */
const TABLE_OUTPUTS: readonly unknown[] = ['jsonl', 'postgres'];

/** Words that both have: of a matrix it is the other one that is usual. */
const SHARED_OUTPUTS: readonly unknown[] = [DEFAULT_KIND, 'parquet'];

/** Those that only matrices have. */
const MATRIX_OUTPUTS: readonly unknown[] = OUTPUT_KINDS.filter(
  (kind) => !SHARED_OUTPUTS.includes(kind),
);

function section(from: unknown, name: string): Readonly<Record<string, unknown>> {
  const value =
    typeof from === 'object' && from !== null ? (from as Record<string, unknown>)[name] : undefined;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Whether sections have fields that only one wing has. */
function hasFieldsOf(wing: Wing, sections: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(FIELDS[wing]).some(([name, fields]) => {
    const own = name === '' ? sections : section(sections, name);
    return fields.some((field) => Object.hasOwn(own, field));
  });
}

/** The wing whose own fields stand in sections; undefined if none do. */
export function ownWing(sections: Readonly<Record<string, unknown>>): Wing | undefined {
  const { format } = section(sections, 'output');
  if (TABLE_OUTPUTS.includes(format) || hasFieldsOf('table', sections)) return 'table';
  if (MATRIX_OUTPUTS.includes(format)) return 'matrix';
  return hasFieldsOf('matrix', sections) ? 'matrix' : undefined;
}

/** Whether files are to be Parquet, as tables are where nothing else is said. */
export function asksForParquet(sections: Readonly<Record<string, unknown>>): boolean {
  return section(sections, 'output')['format'] === 'parquet';
}

/** Of which wing the sections are that a deployment presets. */
export function presetWing(defaults: RequestDefaults): Wing {
  const usual = asksForParquet(defaults) ? 'table' : 'matrix';
  return ownWing(defaults) ?? usual;
}

/**
 * The sections that a deployment presets for a wing: all of them if they are of this wing, else
 * those that both have.
 */
export function defaultsOf(wing: Wing, defaults: RequestDefaults): RequestDefaults {
  if (presetWing(defaults) === wing) return defaults;
  const { limits, dryRun } = defaults;
  return { ...(limits !== undefined && { limits }), ...(dryRun !== undefined && { dryRun }) };
}
