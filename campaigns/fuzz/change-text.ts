import { changeBytes } from './change-bytes.ts';
import { type Change, type ChangeContext, extremeIntegers, fromText, toText } from './changes.ts';

const NUMBERS = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '+1',
    '00',
    '1.',
    '.5',
    '-.5e1',
    '1e5',
    '1E+05',
    '1e400',
    '-1e400',
    '1e-400',
  ],
  ...[
    'nan',
    '-nan',
    'NaN',
    'inf',
    '-inf',
    'Infinity',
    '1_0',
    '0x10',
    '1e',
    'e5',
    '--1',
    '+-1',
    '1,5',
    '',
  ],
  ...[
    '1.7976931348623157e308',
    '2.2250738585072011e-308',
    '4.9e-324',
    '9007199254740993',
    '1d5',
    '1f',
  ],
  ...['0.1', '123456789012345678901234567890', '3.0', '1e0', '.', '-', '1 ', '1;', '٣', '\u00a01'],
];

/** Words that stand in the head of a Matrix Market file, or in a line of svmlight. */
const WORDS = [
  ...['coordinate', 'array', 'real', 'integer', 'pattern', 'complex', 'unsigned-integer', 'double'],
  ...['general', 'symmetric', 'skew-symmetric', 'hermitian', 'Symmetric', 'MATRIX', 'vector'],
  ...[
    '%',
    '#',
    '%%MatrixMarket',
    'qid:1',
    '1:1',
    '2:',
    ':3',
    '1:2:3',
    '-1:1',
    '0:1',
    '#1:2',
    '3:nan',
  ],
];

const SPACES = [
  ' ',
  '  ',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '\n\n',
  '\v',
  '\f',
  '\0',
  '',
  ',',
  '\u0085',
  '\ufeff',
];

/** Tokens of numbers and words, and what stands between them. */
function split(text: string): string[] {
  return text.match(/[^\s:,]+|[\s:,]+/g) ?? [];
}

function numberFor({ random }: ChangeContext): string {
  if (random.chance(0.5)) return random.pick(NUMBERS);
  if (random.chance(0.5)) return String(random.integer(0, 60));
  return String(random.pick(extremeIntegers(30)));
}

/** Changes one token. More than half of the changes leave a number a number. */
function changeToken(text: string, context: ChangeContext): string {
  const { random, log } = context;
  const tokens = split(text);
  if (tokens.length === 0) return text;
  // The head of a file decides the most.
  const last = random.chance(0.25) ? Math.min(14, tokens.length - 1) : tokens.length - 1;
  const at = random.integer(0, last);
  const there = tokens[at]!;
  const isSpace = /^[\s:,]/.test(there);
  const edits: readonly (() => string)[] = [
    () => (isSpace ? random.pick(SPACES) : numberFor(context)),
    () => (isSpace ? there : numberFor(context)),
    () => (isSpace ? there : tokens[random.integer(0, tokens.length - 1)]!),
    () => (isSpace ? random.pick(SPACES) : random.pick(WORDS)),
    () => `${there}${there}`,
    () => '',
  ];
  tokens[at] = random.pick(edits)();
  log.push(`token ${at} ${JSON.stringify(there)} as ${JSON.stringify(tokens[at])}`);
  return tokens.join('');
}

/** Drops, repeats or moves a line. */
function changeLine(text: string, { random, log }: ChangeContext): string {
  const lines = text.split('\n');
  const at = random.integer(0, lines.length - 1);
  const kind = random.pick(['dropped', 'repeated', 'moved', 'commented'] as const);
  const line = lines[at]!;
  log.push(`line ${at} ${kind}`);
  if (kind === 'dropped' || kind === 'moved') lines.splice(at, 1);
  if (kind === 'repeated' || kind === 'moved') {
    lines.splice(random.integer(0, lines.length), 0, line);
  }
  if (kind === 'commented') lines.splice(at, 0, random.pick(['% a', '# a', '%', '#', ' ']));
  return lines.join('\n');
}

/** One change of a text: a token, a line, or any bytes. */
export const changeText: Change = (bytes, context) => {
  const kind = context.random.next();
  if (kind < 0.15) return changeBytes(bytes, context);
  const change = kind < 0.35 ? changeLine : changeToken;
  return fromText(change(toText(bytes), context));
};
