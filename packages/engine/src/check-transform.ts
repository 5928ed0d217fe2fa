import { EngineError } from './engine-error.ts';
import { AGGREGATES } from './group-functions.ts';
import { checkPerKey, type KeyNames, ROW_NUMBER } from './per-key.ts';
import { identifier } from './quote.ts';
import { ROW_FUNCTIONS, SPECIAL_NAMES } from './row-functions.ts';
import { objectsIn, type SyntaxTree } from './syntax-tree.ts';

type Node = Readonly<Record<string, unknown>>;

/** What a SELECT over rows may consist of; each maps a part of the tree to its name in SQL. */
const FOREIGN_PARTS: readonly (readonly [string, string])[] = [
  ['cte_map', 'WITH'],
  ['group_expressions', 'GROUP BY'],
  ['group_sets', 'GROUP BY'],
  ['having', 'HAVING'],
  ['qualify', 'QUALIFY'],
  ['sample', 'USING SAMPLE'],
];

const MODIFIERS: Readonly<Record<string, string>> = {
  LIMIT_MODIFIER: 'LIMIT or OFFSET',
  LIMIT_PERCENT_MODIFIER: 'LIMIT',
  ORDER_MODIFIER: 'ORDER BY',
  DISTINCT_MODIFIER: 'DISTINCT',
};

const NODE_PARTS: ReadonlySet<string> = new Set([
  ...['type', 'select_list', 'from_table', 'where_clause', 'aggregate_handling', 'modifiers'],
]);

const CLASSES: ReadonlySet<string> = new Set([
  ...['BETWEEN', 'CASE', 'CAST', 'COLLATE', 'COLUMN_REF', 'COMPARISON', 'CONJUNCTION', 'CONSTANT'],
  ...['FUNCTION', 'LAMBDA', 'LAMBDA_REF', 'OPERATOR', 'POSITIONAL_REFERENCE', 'STAR', 'TYPE'],
]);

/** Functions that take the name of an aggregate. */
const GATHERS: ReadonlySet<string> = new Set([
  ...['array_aggr', 'array_aggregate', 'list_aggr', 'list_aggregate'],
]);

/** Classes that are refused, as users call them. */
const CLASS_NAMES: Readonly<Record<string, string>> = {
  SUBQUERY: 'a subquery',
  WINDOW: 'a window function',
  PARAMETER: 'a parameter',
};

function refuse(what: string): never {
  throw new EngineError('refused', what);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** What a SELECT may consist of. */
interface Rules {
  /** What it is that refused parts are not. */
  readonly said: string;
  readonly parts: ReadonlySet<string>;
  readonly modifiers: ReadonlySet<string>;
  readonly handling: ReadonlySet<unknown>;
  readonly classes: ReadonlySet<string>;
  readonly gathers: ReadonlySet<string>;
}

const ROW_BY_ROW: Rules = {
  said: 'which is not row by row',
  ...{ parts: NODE_PARTS, modifiers: new Set(), classes: CLASSES, gathers: new Set() },
  handling: new Set(['STANDARD_HANDLING']),
};

const PER_KEY: Rules = {
  said: 'which is of no key alone',
  parts: new Set([...NODE_PARTS, 'group_expressions', 'group_sets', 'having', 'qualify']),
  modifiers: new Set(['ORDER_MODIFIER', 'DISTINCT_MODIFIER']),
  classes: new Set([...CLASSES, 'WINDOW']),
  gathers: AGGREGATES,
  handling: new Set(['STANDARD_HANDLING', 'FORCE_AGGREGATES']),
};

function checkModifiers(node: Node, { said, modifiers }: Rules): void {
  for (const modifier of (node['modifiers'] ?? []) as readonly Node[]) {
    const type = String(modifier['type']);
    if (!modifiers.has(type)) refuse(`has ${MODIFIERS[type] ?? type}, ${said}`);
    if (!isEmpty(modifier['distinct_on_targets'])) {
      refuse('has DISTINCT ON; give QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) = 1');
    }
  }
}

function checkShape(node: Node, rules: Rules): void {
  const { said, parts, handling } = rules;
  if (node['type'] !== 'SELECT_NODE') refuse('is not one plain SELECT, such as a UNION');
  for (const [part, name] of FOREIGN_PARTS) {
    if (!parts.has(part) && !isEmpty(node[part])) refuse(`has ${name}, ${said}`);
  }
  if (!handling.has(node['aggregate_handling'])) refuse(`has GROUP BY, ${said}`);
  checkModifiers(node, rules);
  const other = Object.keys(node).find((part) => !parts.has(part));
  if (other !== undefined) refuse(`has ${other}, ${said}`);
}

function checkFrom(from: unknown): void {
  const { type, table_name: table, schema_name: schema, ...rest } = Object(from) as Node;
  if (type === 'TABLE_FUNCTION') {
    const { function_name: name } = Object(rest['function']) as Node;
    refuse(`reads ${String(name)}(), where the only table is input`);
  }
  if (type === 'JOIN') refuse('joins tables, where the only table is input');
  if (type !== 'BASE_TABLE') refuse('does not read FROM input alone');
  if (String(table).toLowerCase() !== 'input' || schema || rest['catalog_name']) {
    refuse(`reads ${JSON.stringify(table)}, where the only table is input`);
  }
  for (const part of ['sample', 'at_clause']) {
    if (!isEmpty(rest[part])) refuse('reads FROM input with more than an alias');
  }
}

function checkFunction(node: Node, functions: ReadonlySet<string>, { gathers }: Rules): void {
  const name = String(node['function_name']).toLowerCase();
  if (gathers.has(name) && !functions.has(name)) return;
  const orders = (Object(node['order_bys']) as Node)['orders'];
  if (node['distinct'] || !isEmpty(node['filter']) || !isEmpty(orders)) {
    refuse(`calls ${name}() as an aggregate, which is not row by row`);
  }
  if (!ROW_FUNCTIONS.has(name) && !functions.has(name)) {
    refuse(`calls ${name}(), which is no function of single rows, or not the same in every run`);
  }
  // With one argument it counts from today.
  const isFromToday = name === 'age' && (node['children'] as readonly unknown[]).length < 2;
  if (isFromToday) refuse('calls age() of one argument, which counts from today; give two');
}

/** Such a function gathers the values of a list; of these one takes some of them by chance. */
function checkGathered(node: Node): void {
  if (!GATHERS.has(String(node['function_name']).toLowerCase())) return;
  const [, name] = node['children'] as readonly Node[];
  const { value } = Object(name?.['value']) as Node;
  const isKnown = name?.['class'] === 'CONSTANT' && typeof value === 'string';
  if (isKnown && !/^reservoir/i.test(value)) return;
  refuse(`gathers a list by ${isKnown ? value : 'a name of its rows'}, which is not allowed`);
}

function checkName(node: Node, columns: ReadonlySet<string>): void {
  const names = node['column_names'] as readonly string[];
  const name = names.at(-1)!.toLowerCase();
  if (names.length > 1 || !SPECIAL_NAMES.has(name) || columns.has(name)) return;
  refuse(`calls ${name}, which is not the same in every run`);
}

/** What a SELECT over `input` may name. */
export interface RowNames {
  /** Columns of `input`. */
  readonly columns: readonly string[];
  /** Functions of one's own, in lower case. */
  readonly functions: ReadonlySet<string>;
}

/**
 * Lets a SELECT through that makes of each row of `input` one row or none, the same in every run.
 *
 * @throws {EngineError} `refused`: names what the SELECT does else.
 */
export function checkTransform(tree: SyntaxTree, names: RowNames): void {
  checkTree(tree, names, ROW_BY_ROW);
}

/**
 * Lets a SELECT through that makes rows of those of each key of `input` alone, whose rows are all
 * there, the same in every run.
 *
 * @returns as {@link checkPerKey}.
 * @throws {EngineError} `refused`: names what the SELECT does else.
 */
export function checkKeyed(
  tree: SyntaxTree,
  names: RowNames & KeyNames,
): (columns: number) => string {
  return checkPerKey(checkTree(tree, names, PER_KEY), names);
}

function checkTree(tree: SyntaxTree, names: RowNames, rules: Rules): Node {
  const [statement] = tree.statements as readonly Node[];
  const node = Object(statement?.['node']) as Node;
  checkShape(node, rules);
  checkFrom(node['from_table']);
  const columns = new Set(names.columns.map((name) => name.toLowerCase()));
  const { from_table: _, ...parts } = node;
  for (const each of objectsIn(parts)) {
    const { class: kind } = each;
    if (kind === undefined) continue;
    if (!rules.classes.has(String(kind))) {
      refuse(`has ${CLASS_NAMES[String(kind)] ?? String(kind)}, ${rules.said}`);
    }
    if (kind === 'FUNCTION') {
      checkFunction(each, names.functions, rules);
      checkGathered(each);
    }
    if (kind === 'COLUMN_REF') checkName(each, columns);
  }
  return node;
}

/** A text without what may stand behind its only statement. */
function statementOf(text: string): string {
  return text.replace(/[\s;]+$/, '');
}

/** A SELECT that was checked, over the rows of another as `input`; both keep their order. */
export function overInput(input: string, text: string): string {
  return `WITH input AS NOT MATERIALIZED (${input}\n) ${statementOf(text)}`;
}

/** A SELECT per key over the rows of another, and what makes its order total. */
export interface KeyedSelect {
  readonly text: string;
  /** As {@link checkKeyed} gives it. */
  readonly orderBy: string;
  /** Names of the columns that it gives. */
  readonly columns: readonly string[];
}

/** The same of a SELECT that was checked per key; its rows are in a total order. */
export function overKeys(input: string, { text, orderBy, columns }: KeyedSelect): string {
  if (orderBy === '') return overInput(input, text);
  const numbered = `SELECT *, row_number() OVER () AS ${ROW_NUMBER} FROM (${input}\n)`;
  const names = columns.map(identifier).join(', ');
  return `SELECT ${names} FROM (${overInput(numbered, text)}\n${orderBy})`;
}

interface NamedType {
  readonly name: string;
  readonly type: string;
}

/** A SELECT of no rows that have these columns. */
export function emptyInput(columns: readonly NamedType[]): string {
  const values = columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`);
  return `SELECT ${values.join(', ')} WHERE false`;
}
