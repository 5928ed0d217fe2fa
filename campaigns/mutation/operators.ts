/** Mutations of expressions: one function per kind of node, each with all its replacements. */
import type { Node } from '@babel/types';
import { type Span, spanOf } from './syntax.ts';

/** One change of a file's text. */
export interface Change extends Span {
  readonly operator: string;
  readonly replacement: string;
}

/** Mutations of one node; `text` is that of its file. */
type Mutator = (node: Node, text: string) => Iterable<Change>;

/**
 * Operators, each with those that replace it: the one that differs only at the boundary, and the
 * opposite.
 */
const OPERATORS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  '+': ['arithmetic', '-'],
  '-': ['arithmetic', '+'],
  '*': ['arithmetic', '/'],
  '/': ['arithmetic', '*'],
  '%': ['arithmetic', '*'],
  '**': ['arithmetic', '*'],
  '&': ['arithmetic', '|'],
  '|': ['arithmetic', '&'],
  '^': ['arithmetic', '&'],
  '<<': ['arithmetic', '>>'],
  '>>': ['arithmetic', '<<'],
  '>>>': ['arithmetic', '<<'],
  '<': ['comparison', '<=', '>='],
  '<=': ['comparison', '<', '>'],
  '>': ['comparison', '>=', '<='],
  '>=': ['comparison', '>', '<'],
  '===': ['comparison', '!=='],
  '!==': ['comparison', '==='],
  '&&': ['logical', '||'],
  '||': ['logical', '&&'],
  '??': ['logical', '&&'],
  '+=': ['assignment', '-='],
  '-=': ['assignment', '+='],
  '*=': ['assignment', '/='],
  '/=': ['assignment', '*='],
  '%=': ['assignment', '*='],
  '&=': ['assignment', '|='],
  '|=': ['assignment', '&='],
  '^=': ['assignment', '&='],
  '<<=': ['assignment', '>>='],
  '>>=': ['assignment', '<<='],
  '>>>=': ['assignment', '<<='],
  '??=': ['assignment', '&&='],
  '&&=': ['assignment', '||='],
  '||=': ['assignment', '&&='],
};

/**
 * Methods, each with those that replace it. An empty name leaves out the call and keeps the object.
 */
const METHODS: Readonly<Record<string, string>> = {
  ceil: 'floor',
  every: 'some',
  filter: '',
  floor: 'ceil',
  max: 'min',
  min: 'max',
  reverse: '',
  slice: '',
  some: 'every',
  sort: '',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  subarray: '',
  toLowerCase: 'toUpperCase',
  toReversed: '',
  toSorted: '',
  toUpperCase: 'toLowerCase',
  trim: '',
};

function textOf(node: Node, text: string): string {
  return text.slice(node.start ?? 0, node.end ?? 0);
}

function isText(node: Node): boolean {
  return node.type === 'StringLiteral' || node.type === 'TemplateLiteral';
}

/**
 * Replaces the operator between two operands. Adds parentheses, so that the grouping stays the
 * same.
 */
function* betweenOperands(node: Node, text: string): Generator<Change> {
  if (
    node.type !== 'BinaryExpression' &&
    node.type !== 'LogicalExpression' &&
    node.type !== 'AssignmentExpression'
  )
    return;
  const { left, right } = node;
  const [operator, ...others] = OPERATORS[node.operator] ?? [];
  if (operator === undefined || (node.operator === '+' && (isText(left) || isText(right)))) return;
  for (const other of others) {
    const replacement = `(${textOf(left, text)} ${other} ${textOf(right, text)})`;
    yield { ...spanOf(node), operator, replacement };
  }
}

function* literals(node: Node, text: string): Generator<Change> {
  const span = spanOf(node);
  if (node.type === 'BooleanLiteral') {
    yield { ...span, operator: 'boolean', replacement: String(!node.value) };
  } else if (node.type === 'NumericLiteral') {
    yield { ...span, operator: 'number', replacement: `${node.value + 1}` };
    yield { ...span, operator: 'number', replacement: `(${node.value - 1})` };
  } else if (node.type === 'BigIntLiteral') {
    yield { ...span, operator: 'number', replacement: `${BigInt(node.value) + 1n}n` };
    yield { ...span, operator: 'number', replacement: `(${BigInt(node.value) - 1n}n)` };
  } else if (node.type === 'StringLiteral') {
    yield { ...span, operator: 'string', replacement: node.value === '' ? "'mutated'" : "''" };
  } else if (node.type === 'TemplateLiteral') {
    yield { ...span, operator: 'string', replacement: textOf(node, text) === '``' ? '`m`' : '``' };
  } else if (node.type === 'ArrayExpression') {
    yield { ...span, operator: 'array', replacement: node.elements.length === 0 ? '[1]' : '[]' };
  } else if (node.type === 'ObjectExpression' && node.properties.length > 0) {
    yield { ...span, operator: 'object', replacement: '({})' };
  }
}

/** Drops an anchor of a regular expression. */
function* anchors(node: Node): Generator<Change> {
  if (node.type !== 'RegExpLiteral') return;
  const { pattern, flags } = node;
  const shorter = [
    ...(pattern.startsWith('^') ? [pattern.slice(1)] : []),
    ...(/[^\\]\$$/.test(pattern) ? [pattern.slice(0, -1)] : []),
  ].filter((kept) => kept !== '');
  for (const kept of shorter)
    yield { ...spanOf(node), operator: 'regex', replacement: `/${kept}/${flags}` };
}

function* signs(node: Node, text: string): Generator<Change> {
  if (node.type === 'UpdateExpression') {
    const operator = node.operator === '++' ? '--' : '++';
    const argument = textOf(node.argument, text);
    const replacement = node.prefix ? `${operator}${argument}` : `${argument}${operator}`;
    yield { ...spanOf(node), operator: 'update', replacement };
  } else if (node.type === 'UnaryExpression' && /^[-!~]$/.test(node.operator)) {
    yield { ...spanOf(node), operator: 'unary', replacement: `(${textOf(node.argument, text)})` };
  }
}

/** Functions of which the order of the arguments does not matter. */
const SYMMETRIC: ReadonlySet<string> = new Set(['Math.max', 'Math.min', 'Math.imul']);

/** Swaps the first two arguments. */
function* argumentsOf(node: Node, text: string): Generator<Change> {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
  const [first, second] = node.arguments;
  if (first === undefined || second === undefined) return;
  const [one, other] = [textOf(first, text), textOf(second, text)];
  const isSpread = one.startsWith('...') || other.startsWith('...');
  if (one === other || isSpread || SYMMETRIC.has(textOf(node.callee, text))) return;
  const span = { start: spanOf(first).start, end: spanOf(second).end };
  yield { ...span, operator: 'argument', replacement: `${other}, ${one}` };
}

function* methods(node: Node, text: string): Generator<Change> {
  if (node.type !== 'CallExpression') return;
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
  const method = METHODS[callee.property.name];
  if (method === undefined) return;
  if (method !== '') yield { ...spanOf(callee.property), operator: 'method', replacement: method };
  else yield { ...spanOf(node), operator: 'method', replacement: textOf(callee.object, text) };
}

function* optionals(node: Node, text: string): Generator<Change> {
  if (node.type !== 'OptionalMemberExpression' || !node.optional) return;
  const span = { start: spanOf(node.object).end, end: spanOf(node.property).start };
  const replacement = node.computed ? '[' : '.';
  if (text.slice(span.start, span.end).includes('?.'))
    yield { ...span, operator: 'optional', replacement };
}

/** All mutators of expressions. */
export const EXPRESSIONS: readonly Mutator[] = [
  betweenOperands,
  literals,
  anchors,
  signs,
  argumentsOf,
  methods,
  optionals,
];
