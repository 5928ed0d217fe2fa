import { type Expression, Visitor } from 'oxc-parser';
import { lineOf, parseFile, type SourceFile } from './source-file.ts';

/**
 * Globals of which `core` may use a part, each with the reason. Those that it may not use at all
 * are in biome.json; Biome does not distinguish `new Date(time)` and `new Date()`.
 */
const REASONS: Readonly<Record<string, string>> = {
  Date: 'core reads no clock: only new Date(time) is allowed',
  Math: 'core has no randomness: only Math.x is allowed, and not Math.random',
  crypto: 'core has no randomness: only crypto.subtle is allowed',
};

function isAllowedMember(object: string, member: string): boolean {
  return object === 'Math' ? member !== 'random' : object === 'crypto' && member === 'subtle';
}

function nameOf(node: Expression): string | undefined {
  return node.type === 'Identifier' ? node.name : undefined;
}

/** Places of a file of `core` that read a clock or make something random, a line each. */
export function checkClock(source: SourceFile): readonly string[] {
  if (!source.file.startsWith('core/')) return [];
  const allowed = new Set<number>();
  const problems: string[] = [];
  new Visitor({
    NewExpression: ({ callee, arguments: given }) => {
      if (nameOf(callee) === 'Date' && given.length > 0) allowed.add(callee.start);
    },
    MemberExpression: ({ object, property, computed }) => {
      if (computed || property.type !== 'Identifier') return;
      allowed.add(property.start);
      if (isAllowedMember(nameOf(object) ?? '', property.name)) allowed.add(object.start);
    },
    TSTypeReference: ({ typeName }) => void allowed.add(typeName.start),
    Identifier: ({ name, start }) => {
      if (!Object.hasOwn(REASONS, name) || allowed.has(start)) return;
      problems.push(`${source.file}:${lineOf(source, start)} uses ${name}: ${REASONS[name]}`);
    },
  }).visit(parseFile(source));
  return problems;
}
