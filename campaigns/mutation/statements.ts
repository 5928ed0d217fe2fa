/** Mutations of statements and of conditions. */
import type { Node } from '@babel/types';
import type { Change } from './operators.ts';
import { type Span, spanOf } from './syntax.ts';

function* always(span: Span, values: readonly string[]): Generator<Change> {
  for (const replacement of values) yield { ...span, operator: 'condition', replacement };
}

/** Conditions become true and false; those of loops only false, so that the loop ends. */
function* conditions(node: Node): Generator<Change> {
  if (node.type === 'IfStatement' || node.type === 'ConditionalExpression')
    yield* always(spanOf(node.test), ['true', 'false']);
  else if (node.type === 'WhileStatement') yield* always(spanOf(node.test), ['false']);
  else if (node.type === 'ForStatement' && node.test != null)
    yield* always(spanOf(node.test), ['false']);
}

const REMOVABLE: ReadonlySet<string> = new Set([
  'CallExpression',
  'OptionalCallExpression',
  'YieldExpression',
]);

/** Removes yields, and calls whose result is not used; a constructor keeps its `super`. */
function* removals(node: Node): Generator<Change> {
  if (node.type !== 'ExpressionStatement') return;
  const { expression } = node;
  const call = expression.type === 'AwaitExpression' ? expression.argument : expression;
  if (!REMOVABLE.has(call.type)) return;
  if (call.type === 'CallExpression' && call.callee.type === 'Super') return;
  yield { ...spanOf(node), operator: 'statement', replacement: ';' };
}

/** Replacements that the mutator of literals makes too are left out. */
const LITERALS: ReadonlySet<string> = new Set([
  'ArrayExpression',
  'BooleanLiteral',
  'NumericLiteral',
  'ObjectExpression',
  'StringLiteral',
  'TemplateLiteral',
]);

function* returned(value: Node): Generator<Change> {
  const isUndefined = value.type === 'Identifier' && value.name === 'undefined';
  if (isUndefined || LITERALS.has(value.type)) return;
  yield { ...spanOf(value), operator: 'return', replacement: 'undefined' };
}

function* returns(node: Node): Generator<Change> {
  if (node.type === 'ReturnStatement' && node.argument != null) yield* returned(node.argument);
  if (node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement')
    yield* returned(node.body);
}

/** Empties the bodies of loops, the `else` of an `if`, and the blocks of `try` and `finally`. */
function* bodies(node: Node): Generator<Change> {
  const empty = (block: Node): Change[] =>
    block.type === 'BlockStatement' && block.body.length > 0
      ? [{ ...spanOf(block), operator: 'block', replacement: '{}' }]
      : [];
  if (node.type === 'IfStatement' && node.alternate != null) yield* empty(node.alternate);
  else if (node.type === 'ForStatement' || node.type === 'ForOfStatement') yield* empty(node.body);
  else if (node.type === 'TryStatement') {
    yield* empty(node.block);
    if (node.finalizer != null) yield* empty(node.finalizer);
  } else if (node.type === 'CatchClause') yield* empty(node.body);
}

/** All mutators of statements. */
export const STATEMENTS: readonly ((node: Node) => Iterable<Change>)[] = [
  conditions,
  removals,
  returns,
  bodies,
];
