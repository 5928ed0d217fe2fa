/**
 * Makes a file of core record which of its functions run, so that tests can be chosen by what they
 * run.
 */
import type { Node } from '@babel/types';
import { isFunction, parseText, spanOf, walk } from './syntax.ts';

/**
 * Names a function of a file by its start, and by -1 the code that runs when the file is loaded.
 */
export function hitOf(file: string, scope: number): string {
  return `${file}:${scope}`;
}

/**
 * Where a function's body begins, and what is inserted there. An expression is put in parentheses.
 */
function noteIn(file: string, node: Node): readonly (readonly [number, string])[] {
  if (!('body' in node) || !isFunction(node)) return [];
  const { body } = node;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  const note = `globalThis.noteHit?.(${JSON.stringify(hitOf(file, spanOf(node).start))})`;
  const { start, end } = spanOf(body);
  if (body.type === 'BlockStatement') return [[start + 1, `${note};`]];
  return [
    [start, `(${note}, `],
    [end, ')'],
  ];
}

/**
 * The text of a file that calls `globalThis.noteHit` first in each function, and when it is loaded.
 */
export function countCalls(file: string, text: string): string {
  const notes = [...walk(parseText(text))].flatMap(([node]) => noteIn(file, node));
  let noted = text;
  for (const [at, note] of notes.toSorted(([a], [b]) => b - a))
    noted = noted.slice(0, at) + note + noted.slice(at);
  return `${noted}\nglobalThis.noteHit?.(${JSON.stringify(hitOf(file, -1))});`;
}
