import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

/** Longest line of prose, as of code. */
const MAX_CHARACTERS = 100;

/**
 * Words and idioms that readers with English as a second language have to read twice, with what
 * to write instead.
 */
const BANNED: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(?:tells?|told|telling)\b/i, 'says, reports, finds, known from, asked to'],
  [/\bpasses the label\b/i, 'skips the label'],
  [/\bno more than that\b/i, 'the number itself'],
  [/\bcounted, not\b/i, 'what happens to the others'],
  [/\bis meant\b/i, 'which of them is chosen'],
  [/\bof so many bytes\b/i, 'whose length is `bytes`'],
  [
    /\b(?:items?|lines?|jobs?|bytes|[KMG]i?B|kB|times?|ns|µs|once|one|two|three|four|\d) an? (?:array|band|batch|call|cell|chunk|column|entry|float|group|job|key|level|line|member|month|node|object|part|peer|process|round|row|run|second|segment|slice|step|thousand|try|unit|value|version)\b/i,
    'per chunk, per row, …',
  ],
];

interface Line {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

function linesOf(file: string): Line[] {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
  return lines.map((text, i) => ({ file, line: i + 1, text }));
}

/** The lines of Markdown without code and tables. */
function paragraphLines(file: string): Line[] {
  let isCode = false;
  return linesOf(file).filter(({ text }) => {
    const isFence = /^\s*```/.test(text);
    if (isFence) isCode = !isCode;
    return !isFence && !isCode && !/^\s*[|<]/.test(text);
  });
}

/** The lines of TypeScript and AssemblyScript that have a comment. */
function commentLines(file: string): Line[] {
  const isComment = /^\s*(?:\/\/|\/\*|\*)|;\s+\/\/ /;
  return linesOf(file).filter(({ text }) => isComment.test(text));
}

/** The comments and docstrings of Python. */
function pythonProse(file: string): Line[] {
  let isString = false;
  return linesOf(file).filter(({ text }) => {
    const wasString = isString;
    if ((text.match(/"""/g)?.length ?? 0) % 2 === 1) isString = !isString;
    return wasString || isString || /^\s*(?:#|""")/.test(text);
  });
}

/** The lines that name a test. */
function testNames(file: string): Line[] {
  return linesOf(file).filter(({ text }) => /\b(?:describe|it|test)\b.*\(['"`]/.test(text));
}

/** True where a line cannot be broken: a link, a path or one span of code. */
function isOneWord(text: string): boolean {
  const words = text
    .replace(/`[^`]*`|\[[^\]]*\]\([^)]*\)/g, 'x')
    .replace(/^[\s*/-]*(?:@\w+ )?/, '');
  return !words.trim().includes(' ');
}

function files(...patterns: readonly string[]): readonly string[] {
  const { stdout } = spawnSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' });
  return stdout.trim().split('\n');
}

const markdown = files('*.md').flatMap(paragraphLines);
const comments = files('*.ts', '*.mjs', '*.as').flatMap(commentLines);
const names = files('*.test.ts').flatMap(testNames);
const python = files('*.py').flatMap(pythonProse);

const shown = ({ file, line, text }: Line) => `${file}:${line}: ${text.trim()}`;

const tooLong = [...markdown, ...comments].filter(
  ({ text }) => text.length > MAX_CHARACTERS && !isOneWord(text),
);
const hardToRead = [...markdown, ...comments, ...names, ...python].flatMap((line) =>
  BANNED.filter(([pattern]) => pattern.test(line.text)).map(([, instead]) => ({
    ...line,
    text: `${line.text.trim()} (better: ${instead})`,
  })),
);

describe('prose', () => {
  test('is found in every kind of file', () => {
    for (const lines of [markdown, comments, names, python]) {
      expect(lines.length).toBeGreaterThan(200);
    }
  });

  test('has lines of at most 100 characters', () => {
    expect(tooLong.map(shown)).toEqual([]);
  });

  test('has none of the words that have to be read twice', () => {
    const own = 'test/docs/prose.test.ts';
    const others = hardToRead.filter((line) => line.file !== own);
    expect(others.map(shown)).toEqual([]);
  });
});
