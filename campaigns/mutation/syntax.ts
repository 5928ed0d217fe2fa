/** The syntax tree of one file, and the walk over the part of it that runs. */
import { parse } from '@babel/parser';
import type { Node } from '@babel/types';

/** A place in a file's text: offsets from `start` up to, but not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A node on the way from the file's root to a mutant, and the field of it that goes on. */
export interface Step {
  readonly node: Node;
  readonly field: string;
}

const TYPE_WRAPPERS: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
]);

const FUNCTIONS: ReadonlySet<string> = new Set([
  'ArrowFunctionExpression',
  'ClassMethod',
  'ClassPrivateMethod',
  'FunctionDeclaration',
  'FunctionExpression',
  'ObjectMethod',
]);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** Types, imports and names run no code of their own. */
function runs(node: Node): boolean {
  if (node.type.startsWith('TS')) return TYPE_WRAPPERS.has(node.type);
  return node.type !== 'ImportDeclaration' && !node.type.startsWith('Comment');
}

/** Where a node lies in the text. */
export function spanOf(node: Node): Span {
  return { start: node.start ?? 0, end: node.end ?? 0 };
}

export function isFunction(node: Node): boolean {
  return FUNCTIONS.has(node.type);
}

/** Parses a file of TypeScript. @throws {SyntaxError} it is none. */
export function parseText(text: string): Node {
  return parse(text, {
    sourceType: 'module',
    plugins: ['typescript'],
    createParenthesizedExpressions: true,
  }).program;
}

/** Every node that runs, with the steps that lead to it, outermost first. */
export function* walk(node: Node, steps: readonly Step[] = []): Generator<[Node, readonly Step[]]> {
  if (!runs(node)) return;
  yield [node, steps];
  for (const [field, value] of Object.entries(node)) {
    const children: unknown[] = Array.isArray(value) ? value : [value];
    for (const child of children) {
      if (isNode(child)) yield* walk(child, [...steps, { node, field }]);
    }
  }
}
