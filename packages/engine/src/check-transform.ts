import { EngineError } from './engine-error.ts';
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

function checkShape(node: Node): void {
  if (node['type'] !== 'SELECT_NODE') refuse('is not one plain SELECT, such as a UNION');
  for (const [part, name] of FOREIGN_PARTS) {
    if (!isEmpty(node[part])) refuse(`has ${name}, which is not row by row`);
  }
  if (node['aggregate_handling'] !== 'STANDARD_HANDLING') {
    refuse('has GROUP BY, which is not row by row');
  }
  const [modifier] = (node['modifiers'] ?? []) as readonly Node[];
  if (modifier !== undefined) {
    const type = String(modifier['type']);
    refuse(`has ${MODIFIERS[type] ?? type}, which is not row by row`);
  }
  const other = Object.keys(node).find((part) => !NODE_PARTS.has(part));
  if (other !== undefined) refuse(`has ${other}, which is not row by row`);
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

function checkFunction(node: Node, functions: ReadonlySet<string>): void {
  const name = String(node['function_name']).toLowerCase();
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
  const [statement] = tree.statements as readonly Node[];
  const node = Object(statement?.['node']) as Node;
  checkShape(node);
  checkFrom(node['from_table']);
  const columns = new Set(names.columns.map((name) => name.toLowerCase()));
  for (const each of objectsIn([node['select_list'], node['where_clause']])) {
    const { class: kind } = each;
    if (kind === undefined) continue;
    if (!CLASSES.has(String(kind))) {
      refuse(`has ${CLASS_NAMES[String(kind)] ?? String(kind)}, which is not row by row`);
    }
    if (kind === 'FUNCTION') {
      checkFunction(each, names.functions);
      checkGathered(each);
    }
    if (kind === 'COLUMN_REF') checkName(each, columns);
  }
}

/** A text without what may stand behind its only statement. */
function statementOf(text: string): string {
  return text.replace(/[\s;]+$/, '');
}

/** A SELECT that was checked, over the rows of another as `input`; both keep their order. */
export function overInput(input: string, text: string): string {
  return `WITH input AS NOT MATERIALIZED (${input}\n) ${statementOf(text)}`;
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
