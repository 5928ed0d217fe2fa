import { EngineError } from './engine-error.ts';
import { AGGREGATES, WINDOWS } from './group-functions.ts';
import { identifier } from './quote.ts';
import { objectsIn } from './syntax-tree.ts';

type Node = Readonly<Record<string, unknown>>;

/** Columns of `input`, and those of them whose rows of equal values are all there. */
export interface KeyNames {
  readonly columns: readonly string[];
  readonly keys: readonly string[];
  /** How many sets of columns the SELECT groups by. */
  readonly groupingSets: number;
}

/** The number of a row of `input`, in its order; a name that no column has. */
export const ROW_NUMBER = identifier('\u0001row');

function refuse(what: string): never {
  throw new EngineError('refused', what);
}

function nodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? (value as readonly Node[]) : [];
}

function isAggregate({ class: kind, function_name: name }: Node): boolean {
  return kind === 'FUNCTION' && AGGREGATES.has(String(name).toLowerCase());
}

/** A SELECT over `input`, as far as its groups and its order go. */
class KeyedSelect {
  readonly #node: Node;
  readonly #keys: readonly string[];
  readonly #columns: ReadonlySet<string>;
  readonly #shown: string;
  readonly #sets: number;
  /** How `input` is called in the SELECT. */
  readonly alias: string;
  readonly list: readonly Node[];

  constructor(node: Node, { columns, keys, groupingSets }: KeyNames) {
    this.#sets = groupingSets;
    this.#node = node;
    this.#keys = keys.map((name) => name.toLowerCase());
    this.#columns = new Set(columns.map((name) => name.toLowerCase()));
    this.#shown = keys.map(identifier).join(', ');
    const { alias, table_name: table } = Object(node['from_table']) as Node;
    this.alias = String(alias ?? table);
    this.list = nodes(node['select_list']);
  }

  /** The column that an expression is, in small letters; undefined if it is none. */
  #columnOf({ class: kind, column_names: names }: Node): string | undefined {
    if (kind !== 'COLUMN_REF') return undefined;
    const [first = '', second, third] = (names as readonly string[]).map((n) => n.toLowerCase());
    if (second === undefined) return this.#columns.has(first) ? first : undefined;
    const isOfInput = first === this.alias.toLowerCase() && !this.#columns.has(first);
    return isOfInput && third === undefined ? second : undefined;
  }

  /** The same of what may stand for a column of the result: its place, or its alias. */
  #resultOf(expression: Node): string | undefined {
    const own = this.#columnOf(expression);
    if (own !== undefined) return own;
    const { class: kind, column_names: names, value } = expression;
    if (kind === 'COLUMN_REF') {
      const [name, more] = names as readonly string[];
      const isNamed = ({ alias }: Node) => String(alias).toLowerCase() === name!.toLowerCase();
      const named = more === undefined ? this.list.find(isNamed) : undefined;
      return named && this.#columnOf(named);
    }
    const at = kind === 'CONSTANT' ? Number((Object(value) as Node)['value']) : 0;
    const isPlain = this.list.every((item) => item['class'] !== 'STAR');
    const item = isPlain ? this.list[at - 1] : undefined;
    return item && this.#columnOf(item);
  }

  #hasKeys(names: readonly (string | undefined)[]): boolean {
    return this.#keys.every((key) => names.includes(key));
  }

  /** Whether the columns of the result have those of the key. */
  #lists(): boolean {
    const isAll = (item: Node) =>
      item['class'] === 'STAR' && !item['exclude_list'] && !item['columns'];
    return this.list.some(isAll) || this.#hasKeys(this.list.map((item) => this.#columnOf(item)));
  }

  get orders(): readonly Node[] {
    const found = nodes(this.#node['modifiers']).find(({ type }) => type === 'ORDER_MODIFIER');
    return nodes(found?.['orders']);
  }

  get windows(): readonly Node[] {
    const { select_list: list, qualify, modifiers } = this.#node;
    const found = objectsIn([list, qualify, modifiers]);
    return [...found].filter(({ class: kind }) => kind === 'WINDOW');
  }

  get isGrouped(): boolean {
    const { group_expressions: by, having, aggregate_handling: handling } = this.#node;
    if (nodes(by).length > 0 || having || handling === 'FORCE_AGGREGATES') return true;
    return [...objectsIn([this.list, this.#node['modifiers']])].some(isAggregate);
  }

  get isDistinct(): boolean {
    return nodes(this.#node['modifiers']).some(({ type }) => type === 'DISTINCT_MODIFIER');
  }

  /** @throws {EngineError} what comes out would follow from which keys are together. */
  assertPerKey(): void {
    for (const { function_name: name, partitions } of this.windows) {
      if (!WINDOWS.has(String(name).toLowerCase())) {
        refuse(`calls ${String(name)}() OVER, which is not the same in every run`);
      }
      if (this.#hasKeys(nodes(partitions).map((each) => this.#columnOf(each)))) continue;
      refuse(`has a window without PARTITION BY ${this.#shown}, ${FOLLOWS}`);
    }
    this.#assertGrouped();
    if (this.isDistinct && !this.#lists()) {
      refuse(`has DISTINCT without the columns ${this.#shown}, ${FOLLOWS}`);
    }
    this.#assertOrdered();
  }

  #assertGrouped(): void {
    const { group_expressions: by, aggregate_handling: handling } = this.#node;
    if (!this.isGrouped) return;
    if (this.#sets > 1) refuse('has several grouping sets, which no key alone is');
    const isWhole =
      handling === 'FORCE_AGGREGATES'
        ? this.#lists()
        : this.#hasKeys(nodes(by).map((each) => this.#resultOf(each)));
    if (!isWhole) refuse(`gathers rows without GROUP BY ${this.#shown}, ${FOLLOWS}`);
  }

  #assertOrdered(): void {
    const { orders } = this;
    if (orders.length === 0) return;
    const isKey = (key: string, at: number) => {
      const { type, null_order: nulls, expression } = orders[at] ?? {};
      const isLast = nulls === 'ORDER_DEFAULT' || nulls === 'NULLS LAST';
      const isUp = type === 'ORDER_DEFAULT' || type === 'ASCENDING';
      return isUp && isLast && this.#resultOf(Object(expression) as Node) === key;
    };
    if (this.#keys.every(isKey)) return;
    refuse(`has an ORDER BY that does not begin with ${this.#shown}, as the files have that order`);
  }

  /**
   * What makes the order of the rows total, behind the SELECT: by key, and within one as the SELECT
   * says, else as the rows of `input` are; of groups by all columns. Empty where each row is made
   * of one, which keeps the order.
   */
  orderBy(columns: number): string {
    const gathers = this.isGrouped || this.isDistinct;
    if (!gathers && this.windows.length === 0 && this.orders.length === 0) return '';
    const of = (name: string) => `${identifier(this.alias)}.${name}`;
    const all = Array.from({ length: columns }, (_, at) => String(at + 1));
    const last = gathers ? all : [of(ROW_NUMBER)];
    if (this.orders.length > 0) return `, ${last.join(', ')}`;
    const keys = gathers ? this.#keys.map((key) => of(identifier(key))) : [];
    return `ORDER BY ${[...keys, ...last].join(', ')}`;
  }
}

/** Why rows of several keys must not come together. */
const FOLLOWS = 'so that its values would follow from which keys are in one file';

/**
 * Makes sure that what a SELECT makes of rows follows from those of each key alone.
 *
 * @param node the only statement of a tree that is known to read `input` alone.
 * @returns what makes the order of its rows total, given how many columns it has: SQL that stands
 * behind it; empty where it keeps the order.
 * @throws {EngineError} `refused`: names what is of several keys.
 */
export function checkPerKey(node: Node, names: KeyNames): (columns: number) => string {
  const select = new KeyedSelect(node, names);
  select.assertPerKey();
  return (columns) => select.orderBy(columns);
}
