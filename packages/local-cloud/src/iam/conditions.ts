import { UnsupportedPolicy } from './iam-errors.ts';

/** Values of condition keys at the time of a call. */
export type ConditionContext = Readonly<Record<string, string>>;

/** Whether a statement's conditions all hold. */
export type ConditionTest = (context: ConditionContext) => boolean;

type Compare = (actual: string, expected: string) => boolean;

/**
 * Condition keys to which the local services or the evaluator give a value. A policy that names
 * another key is refused.
 */
const KNOWN_KEYS: ReadonlyMap<string, string> = new Map(
  [
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:ResourceAccount',
    'aws:SecureTransport',
    'aws:SourceAccount',
    'aws:SourceArn',
    's3:TlsVersion',
    's3:delimiter',
    's3:if-match',
    's3:if-none-match',
    's3:max-keys',
    's3:prefix',
    's3:x-amz-acl',
    's3:x-amz-copy-source',
    's3:x-amz-metadata-directive',
    's3:x-amz-server-side-encryption',
    's3:x-amz-storage-class',
  ].map((key) => [key.toLowerCase(), key]),
);

/** Makes a test for an IAM pattern, in which `*` stands for any text and `?` for one character. */
export function wildcard(pattern: string, flags = ''): (text: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, `s${flags}`);
  return (text) => expression.test(text);
}

const equals: Compare = (actual, expected) => actual === expected;
const like: Compare = (actual, expected) => wildcard(expected)(actual);
const sameFlag: Compare = (actual, expected) => actual === expected.toLowerCase();

/** `negated` operators hold when no value matches, and when the key is absent. */
const OPERATORS: Readonly<Record<string, { compare: Compare; negated: boolean }>> = {
  ArnEquals: { compare: like, negated: false },
  ArnLike: { compare: like, negated: false },
  ArnNotEquals: { compare: like, negated: true },
  ArnNotLike: { compare: like, negated: true },
  Bool: { compare: sameFlag, negated: false },
  NumericLessThan: {
    compare: (actual, expected) => Number(actual) < Number(expected),
    negated: false,
  },
  StringEquals: { compare: equals, negated: false },
  StringLike: { compare: like, negated: false },
  StringNotEquals: { compare: equals, negated: true },
  StringNotLike: { compare: like, negated: true },
};

/** One operator with one key of a `Condition` block. */
interface Clause {
  readonly operatorName: string;
  readonly key: string;
  readonly values: readonly string[];
}

function compileClause({ operatorName, key, values }: Clause, where: string): ConditionTest {
  const name = KNOWN_KEYS.get(key.toLowerCase());
  if (!name) throw new UnsupportedPolicy(`${where}: the condition key ${key} is not known here`);
  if (operatorName === 'Null') {
    return (context) => values.includes(String(context[name] === undefined));
  }
  const operator = OPERATORS[operatorName];
  if (!operator) {
    throw new UnsupportedPolicy(`${where}: the condition operator ${operatorName} is not known`);
  }
  return (context) => {
    const actual = context[name];
    if (actual === undefined) return operator.negated;
    return values.some((expected) => operator.compare(actual, expected)) !== operator.negated;
  };
}

/**
 * Compiles the `Condition` block of a statement.
 *
 * @throws {UnsupportedPolicy} an operator or key is not known; the message names it.
 */
export function compileConditions(
  block: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  where: string,
): ConditionTest {
  const clauses = Object.entries(block).flatMap(([operatorName, keys]) =>
    Object.entries(keys).map(([key, values]) =>
      compileClause({ operatorName, key, values }, where),
    ),
  );
  return (context) => clauses.every((holds) => holds(context));
}
