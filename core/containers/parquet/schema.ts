import { BoundExceededError, UnsupportedSourceError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { CompactReader } from './compact-reader.ts';
import { fromConverted, readLogicalType } from './logical-type.ts';
import {
  type LogicalType,
  PHYSICAL_TYPES,
  REPETITIONS,
  type SchemaLeaf,
  type SchemaNode,
} from './schema-types.ts';

/** They would take some 50 MB of memory. Wide tables have 10,000 columns. */
const MAX_ELEMENTS = 200_000;

const MAX_DEPTH = 64;

interface Element extends Omit<SchemaNode, 'children'> {
  readonly childCount: number;
}

/** @throws {CorruptSourceError} there is no such column. */
function checkKind(
  reader: CompactReader,
  name: string,
  {
    physical = 0,
    repetition,
    width,
  }: Record<'repetition' | 'width', number> & { physical: number | undefined },
): void {
  const type = PHYSICAL_TYPES[physical];
  if (type === undefined || REPETITIONS[repetition] === undefined) {
    throw reader.damaged(
      `has the column ${shownName(name)} of type ${physical} and repetition ${repetition}, which there are not`,
    );
  }
  if (type === 'FIXED_LEN_BYTE_ARRAY' && width < 1)
    throw reader.damaged(`has the column ${shownName(name)} of ${width} bytes a value`);
}

/** Reads one `SchemaElement`. */
function readElement(reader: CompactReader): Element {
  const numbers: Record<number, number> = {};
  let name: string | undefined;
  let logical: LogicalType | undefined;
  reader.struct(({ id, type }) => {
    if (id === 4) name = reader.text(type);
    else if (id === 10) logical = readLogicalType(reader, type);
    else if (id <= 8) numbers[id] = reader.integer(type);
    else reader.skip(type);
  });
  const { 1: physical, 2: width = 0, 3: repetition = 0, 5: childCount = 0, 6: converted } = numbers;
  if (name === undefined) throw reader.damaged('has a column without a name');
  checkKind(reader, name, { physical, repetition, width });
  if (converted !== undefined) {
    logical ??= fromConverted(converted, { scale: numbers[7] ?? 0, precision: numbers[8] ?? 0 });
  }
  return {
    ...{ name, width, logical, childCount },
    repetition: REPETITIONS[repetition]!,
    physical: physical === undefined ? undefined : PHYSICAL_TYPES[physical],
  };
}

/** Reads the list of schema elements: the tree, root first, depth first. */
function readElements(reader: CompactReader, type: number): readonly Element[] {
  const elements: Element[] = [];
  reader.structs(type, () => {
    if (elements.length === MAX_ELEMENTS) {
      throw new BoundExceededError(
        `${reader.where} has more than ${MAX_ELEMENTS} columns and groups, which is the most that is read`,
      );
    }
    elements.push(readElement(reader));
  });
  return elements;
}

/**
 * The engine renames the second of two columns that differ in case alone, and gives the values of
 * the first for both names.
 *
 * @throws {UnsupportedSourceError} names of columns that no SELECT can name, or not apart.
 */
function checkNames(columns: readonly SchemaNode[], where: string): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const twin = seen.get(name.toLowerCase());
    if (name === '' || name.includes('\0')) {
      throw new UnsupportedSourceError(
        `${where} has a column of the name ${shownName(name)}, but names that are empty or hold a NUL are not read; rename it`,
      );
    }
    if (twin !== undefined) {
      throw new UnsupportedSourceError(
        `${where} has the columns ${shownName(twin)} and ${shownName(name)}, but those that differ at most in case are not told apart; rename one`,
      );
    }
    seen.set(name.toLowerCase(), name);
  }
}

/** Builds the tree of the elements. */
class Tree {
  readonly #reader: CompactReader;
  readonly #elements: readonly Element[];
  #next = 0;

  constructor(reader: CompactReader, elements: readonly Element[]) {
    this.#reader = reader;
    this.#elements = elements;
  }

  node(depth: number): SchemaNode {
    const element = this.#elements[this.#next++];
    if (element === undefined)
      throw this.#reader.damaged('has a schema with fewer columns than it says');
    if (depth > MAX_DEPTH) throw this.#reader.damaged(`has a schema more than ${MAX_DEPTH} deep`);
    const { childCount, ...node } = element;
    if (node.physical === undefined) return { ...node, children: this.#children(element, depth) };
    if (childCount === 0) return { ...node, children: [] };
    throw this.#reader.damaged(`has the column ${shownName(node.name)} that is also a group`);
  }

  #children({ name, childCount }: Element, depth: number): readonly SchemaNode[] {
    const left = this.#elements.length - this.#next;
    const isRoot = depth === 0;
    if (childCount > left || childCount < (isRoot ? 0 : 1)) {
      throw this.#reader.damaged(
        `has the group ${shownName(name)} of ${childCount} columns, of which ${left} are there`,
      );
    }
    const children = Array.from({ length: childCount }, () => this.node(depth + 1));
    checkNames(children, this.#reader.where);
    return children;
  }

  /** @throws {CorruptSourceError} elements are left over. */
  root(): SchemaNode {
    const root = this.node(0);
    if (this.#next === this.#elements.length && root.physical === undefined) return root;
    throw this.#reader.damaged('has a schema with columns outside of its root');
  }
}

/** The leaves below a node, in the order of the file. */
function leavesBelow(node: SchemaNode, above: readonly string[], isFlat: boolean): SchemaLeaf[] {
  const path = [...above, node.name];
  const isSingle = isFlat && node.repetition !== 'repeated';
  const { physical } = node;
  if (physical !== undefined) return [{ ...node, physical, path, isFlat: isSingle }];
  return node.children.flatMap((child) => leavesBelow(child, path, isSingle));
}

/** The columns of a table, and the leaves of which they are made, in the order of the file. */
export interface ParquetSchema {
  readonly columns: readonly SchemaNode[];
  readonly leaves: readonly SchemaLeaf[];
}

/**
 * Reads the schema in a footer.
 *
 * @throws {CorruptSourceError} it is no tree of columns.
 * @throws {UnsupportedSourceError} columns beside each other have one name but for its case, or a
 * name that is empty or holds a NUL.
 * @throws {BoundExceededError} more than 200,000 elements.
 */
export function readSchema(reader: CompactReader, type: number): ParquetSchema {
  const { children } = new Tree(reader, readElements(reader, type)).root();
  return { columns: children, leaves: children.flatMap((child) => leavesBelow(child, [], true)) };
}
