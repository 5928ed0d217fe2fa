/** Finds every mutant of a file. */
import type { Node } from '@babel/types';
import { type Change, EXPRESSIONS } from './operators.ts';
import { STATEMENTS } from './statements.ts';
import { isFunction, parseText, type Step, spanOf, walk } from './syntax.ts';

/** One change of one file of core, which the tests should notice. */
export interface Mutant extends Change {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** The line in which the change begins, trimmed: before and after the change. */
  readonly before: string;
  readonly after: string;
  /** Start of the innermost function around it, or -1: it runs when the file is loaded. */
  readonly scope: number;
}

/** Names of options that hold a text for people. */
const MESSAGE_KEYS: ReadonlySet<string> = new Set(['error', 'message']);

/** A word, a space and another word: the text is for people. */
const PROSE = /[a-z]{2,}\S* (\S* )*\S*[a-z]{2,}/i;

function isNamedError({ node, field }: Step): boolean {
  if (node.type !== 'NewExpression' || field !== 'arguments') return false;
  return node.callee.type === 'Identifier' && node.callee.name.endsWith('Error');
}

function isMessageOption({ node, field }: Step): boolean {
  if (node.type !== 'ObjectProperty' || field !== 'value' || node.key.type !== 'Identifier')
    return false;
  return MESSAGE_KEYS.has(node.key.name) && node.value.type !== 'Identifier';
}

/** True for an object that only holds texts for people. */
function holdsMessages(node: Node): boolean {
  if (node.type !== 'ObjectExpression' || node.properties.length === 0) return false;
  return node.properties.every((property) => isMessageOption({ node: property, field: 'value' }));
}

/** The words of a literal, or of the fixed parts of a template. */
function words(node: Node): string {
  if (node.type === 'StringLiteral') return node.value;
  if (node.type !== 'TemplateLiteral') return '';
  return node.quasis.map(({ value }) => value.raw).join('…');
}

/**
 * True within the message of an error and in other texts for people, because their words may
 * change.
 */
function isMessage(node: Node, steps: readonly Step[]): boolean {
  if (steps.some((step) => isNamedError(step) || isMessageOption(step))) return true;
  if (holdsMessages(node)) return true;
  return PROSE.test(words(node)) || steps.some((step) => PROSE.test(words(step.node)));
}

/** Names of properties and the paths of imports are no values. */
function isName(node: Node, steps: readonly Step[]): boolean {
  const { node: parent, field } = steps.at(-1) ?? { node, field: '' };
  if (field === 'key' && 'computed' in parent) return !parent.computed;
  return field === 'source' || field === 'directives' || parent.type === 'Directive';
}

function scopeOf(steps: readonly Step[]): number {
  const around = steps.findLast((step) => isFunction(step.node) && step.field === 'body');
  return around === undefined ? -1 : spanOf(around.node).start;
}

function firstLine(text: string, start: number): string {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  return text.slice(lineStart).split('\n', 1)[0]?.trim() ?? '';
}

/** The file's text with the change made. */
export function applyChange(text: string, { start, end, replacement }: Change): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** Every mutant of a file, in the order of its text. */
export function findMutants(file: string, text: string): Mutant[] {
  const found: Mutant[] = [];
  for (const [node, steps] of walk(parseText(text))) {
    if (isName(node, steps) || isMessage(node, steps)) continue;
    const changes = [...EXPRESSIONS, ...STATEMENTS].flatMap((mutate) => [...mutate(node, text)]);
    for (const change of changes) {
      const { start } = change;
      const lines = text.slice(0, start).split('\n');
      found.push({
        ...change,
        file,
        line: lines.length,
        column: (lines.at(-1)?.length ?? 0) + 1,
        before: firstLine(text, start),
        after: firstLine(applyChange(text, change), start),
        scope: scopeOf(steps),
      });
    }
  }
  return found;
}
