import { UnsupportedRule } from './event-errors.ts';

/** An event as EventBridge delivers it. */
export type EventObject = Readonly<Record<string, unknown>>;

/** Whether an event matches a rule's pattern. */
export type EventTest = (event: EventObject) => boolean;

/** Tests the values found under one key; an absent key gives no values. */
type ValuesTest = (values: readonly unknown[]) => boolean;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function anyText(test: (text: string) => boolean): ValuesTest {
  return (values) => values.some((value) => typeof value === 'string' && test(value));
}

function textOperand(operator: string, operand: unknown): string {
  if (typeof operand === 'string') return operand;
  throw new UnsupportedRule(`${operator} must be text, got ${JSON.stringify(operand)}`);
}

function globTest(pattern: string): (text: string) => boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'))
    .join('.*');
  const expression = new RegExp(`^${source}$`, 's');
  return (text) => expression.test(text);
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '=': (value, bound) => value === bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function compileNumeric(operand: unknown): ValuesTest {
  const parts = Array.isArray(operand) ? operand : [];
  const tests = Array.from({ length: Math.ceil(parts.length / 2) }, (_, index) => {
    const compare = COMPARISONS[String(parts[2 * index])];
    const bound: unknown = parts[2 * index + 1];
    if (!compare || typeof bound !== 'number') {
      throw new UnsupportedRule(`numeric ${JSON.stringify(operand)} is not known`);
    }
    return (value: number) => compare(value, bound);
  });
  return (values) =>
    values.some((value) => typeof value === 'number' && tests.every((test) => test(value)));
}

function compileAnythingBut(operand: unknown): ValuesTest {
  const inner = isRecord(operand)
    ? [compileMatcher(operand)]
    : (Array.isArray(operand) ? operand : [operand]).map(compileMatcher);
  return (values) => values.some((value) => !inner.some((test) => test([value])));
}

function compileMatcher(matcher: unknown): ValuesTest {
  if (!isRecord(matcher)) {
    if (Array.isArray(matcher)) {
      throw new UnsupportedRule(`a list inside a list: ${JSON.stringify(matcher)}`);
    }
    return (values) => values.includes(matcher);
  }
  const [[operator, operand] = ['', undefined], ...others] = Object.entries(matcher);
  if (others.length > 0) throw new UnsupportedRule(`one operator only: ${JSON.stringify(matcher)}`);
  switch (operator) {
    case 'prefix': {
      const prefix = textOperand(operator, operand);
      return anyText((text) => text.startsWith(prefix));
    }
    case 'suffix': {
      const suffix = textOperand(operator, operand);
      return anyText((text) => text.endsWith(suffix));
    }
    case 'equals-ignore-case': {
      const expected = textOperand(operator, operand).toLowerCase();
      return anyText((text) => text.toLowerCase() === expected);
    }
    case 'wildcard':
      return anyText(globTest(textOperand(operator, operand)));
    case 'exists':
      return (values) => values.length > 0 === operand;
    case 'numeric':
      return compileNumeric(operand);
    case 'anything-but':
      return compileAnythingBut(operand);
    default:
      throw new UnsupportedRule(`the event pattern operator ${operator} is not known`);
  }
}

function compileField(key: string, pattern: unknown): (parent: unknown) => boolean {
  if (key.startsWith('$')) throw new UnsupportedRule(`the event pattern key ${key} is not known`);
  const read = (parent: unknown) => (isRecord(parent) ? parent[key] : undefined);
  if (isRecord(pattern)) {
    const test = compileFields(pattern);
    return (parent) => test(read(parent));
  }
  if (!Array.isArray(pattern)) {
    throw new UnsupportedRule(`the event pattern of ${key} must be a list or an object`);
  }
  const matchers = pattern.map(compileMatcher);
  return (parent) => {
    const value = read(parent);
    const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
    return matchers.some((matches) => matches(values));
  };
}

function compileFields(pattern: Readonly<Record<string, unknown>>): (parent: unknown) => boolean {
  const tests = Object.entries(pattern).map(([key, field]) => compileField(key, field));
  return (parent) => tests.every((test) => test(parent));
}

/**
 * Compiles a rule's event pattern: exact values, `prefix`, `suffix`, `wildcard`,
 * `equals-ignore-case`, `anything-but`, `exists` and `numeric`.
 *
 * @throws {UnsupportedRule} another operator, by its name.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compileEventPattern(pattern: Readonly<Record<string, unknown>>): EventTest {
  return compileFields(pattern);
}
