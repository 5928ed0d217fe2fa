import { RequestError } from '#core/errors.ts';
import type { CastRule } from './cast-rule.ts';
import { type ColumnType, isLeaf, type LeafType, typeSql } from './column-type.ts';
import { identifier } from './quote.ts';
import { textRule } from './text-rules.ts';
import { typedRule } from './typed-rules.ts';

/** What is cast: `from` as it lies in the relation, `to` as the schema says. */
export interface Cast {
  readonly from: ColumnType;
  readonly to: ColumnType;
  /** Whether it may lose. */
  readonly lossy: boolean;
}

interface LeafCast extends Cast {
  readonly from: LeafType;
  readonly to: LeafType;
}

/** How a leaf is cast, and how a value with others in it is put together from their SQL. */
interface Parts {
  leaf(cast: LeafCast, given: string): string;
  list(given: string, each: string, element: string): string;
  map(given: string, each: string, key: string, value: string): string;
  struct(given: string, fields: readonly (readonly [name: string, sql: string])[]): string;
  absent(type: ColumnType): string;
}

/** The engine's own cast; bytes become the text that they are, not one that describes them. */
export function engineCast(
  { from, to }: Pick<LeafCast, 'from' | 'to'>,
  given: string,
  attempt: '' | 'TRY_' = '',
): string {
  const isText = typeSql(from) === 'BLOB' && typeSql(to) === 'VARCHAR';
  if (!isText) return `${attempt}CAST(${given} AS ${typeSql(to)})`;
  return attempt === '' ? `decode(${given})` : `TRY(decode(${given}))`;
}

function unfit({ from, to }: Cast): never {
  throw new RequestError([
    `${typeSql(from)} does not become ${typeSql(to)} without loss; give the column the type that ` +
      'its source has, or say "lossy": true where values of one type become those of another',
  ]);
}

/**
 * SQL over all that lies in a value.
 *
 * @param depth names the variables of lambdas.
 */
function walk(parts: Parts, cast: Cast, given: string, depth: number): string {
  const { from, to, lossy } = cast;
  const each = `e${depth}`;
  const inner = (one: ColumnType, other: ColumnType, text: string) =>
    walk(parts, { from: one, to: other, lossy }, text, depth + 1);
  if (isLeaf(from) && isLeaf(to)) return parts.leaf({ from, to, lossy }, given);
  if (from.kind === 'list' && to.kind === 'list') {
    return parts.list(given, each, inner(from.of, to.of, each));
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const key = inner(from.key, to.key, `${each}.key`);
    return parts.map(given, each, key, inner(from.value, to.value, `${each}.value`));
  }
  if (from.kind !== 'struct' || to.kind !== 'struct') return unfit(cast);
  const types = new Map(from.fields.map((field) => [field.name, field.type]));
  const fields = to.fields.map(({ name, type }) => {
    const have = types.get(name);
    const field = `(${given}).${identifier(name)}`;
    return [name, have === undefined ? parts.absent(type) : inner(have, type, field)] as const;
  });
  return parts.struct(given, fields);
}

function leafRule({ from, to, lossy }: LeafCast): CastRule {
  if (lossy) return {};
  const rule = typeSql(from) === 'VARCHAR' ? textRule(to) : typedRule(from, to);
  return rule ?? unfit({ from, to, lossy });
}

/** The cast value of one leaf, or an error; `value` is what the engine's cast makes of it. */
function leafValue(rule: CastRule, to: LeafType, given: string, value: string): string {
  const { suspect, proof } = rule;
  if (suspect === undefined) return value;
  const refused = `error(concat('${typeSql(to)} cannot hold ', ${given}))`;
  const proved =
    proof === undefined
      ? refused
      : `CASE WHEN ${proof(given, value)} THEN ${value} ELSE ${refused} END`;
  return `CASE WHEN ${suspect(given, value)} THEN ${proved} ELSE ${value} END`;
}

/** Whether the cast of one leaf fails or loses: never NULL; `value` is of a TRY_CAST. */
function leafFails(rule: CastRule, given: string, value: string): string {
  const { suspect, proof } = rule;
  const lost =
    suspect === undefined
      ? ''
      : ` WHEN ${suspect(given, value)} THEN ` +
        (proof === undefined ? 'true' : `NOT (${proof(given, value)})`);
  return (
    `CASE WHEN ${given} IS NULL THEN false WHEN ${value} IS NULL THEN true${lost} ` +
    'ELSE false END'
  );
}

const VALUES: Parts = {
  leaf(cast, given) {
    if (typeSql(cast.from) === typeSql(cast.to)) return given;
    return leafValue(leafRule(cast), cast.to, given, engineCast(cast, given));
  },
  list: (given, each, element) => `list_transform(${given}, lambda ${each}: ${element})`,
  map: (given, each, key, value) =>
    `map_from_entries(list_transform(map_entries(${given}), lambda ${each}: ` +
    `struct_pack(key := ${key}, value := ${value})))`,
  struct(given, fields) {
    const packed = fields.map(([name, sql]) => `${identifier(name)} := ${sql}`);
    return `CASE WHEN ${given} IS NOT NULL THEN struct_pack(${packed.join(', ')}) END`;
  },
  absent: (type) => `CAST(NULL AS ${typeSql(type)})`,
};

const FAILURES: Parts = {
  leaf(cast, given) {
    if (typeSql(cast.from) === typeSql(cast.to)) return 'false';
    return leafFails(leafRule(cast), given, engineCast(cast, given, 'TRY_'));
  },
  list: (given, each, element) =>
    `coalesce(list_bool_or(list_transform(${given}, lambda ${each}: ${element})), false)`,
  map: (given, each, key, value) =>
    `coalesce(list_bool_or(list_transform(map_entries(${given}), lambda ${each}: ` +
    `${key} OR ${value})), false)`,
  struct: (_, fields) => `(${fields.map(([, sql]) => sql).join(' OR ')})`,
  absent: () => 'false',
};

/**
 * SQL of the cast of `given`, which fails where it would lose; NULL stays NULL.
 *
 * @throws {RequestError} no value of the one type is one of the other.
 */
export function strictCast(cast: Cast, given: string): string {
  const same = typeSql(cast.from) === typeSql(cast.to);
  return same ? given : walk(VALUES, cast, given, 0);
}

/**
 * SQL that says whether {@link strictCast} fails: true or false, never NULL.
 *
 * @throws {RequestError} no value of the one type is one of the other.
 */
export function castFails(cast: Cast, given: string): string {
  const same = typeSql(cast.from) === typeSql(cast.to);
  return same ? 'false' : walk(FAILURES, cast, given, 0);
}

/**
 * The cast of a leaf, and whether it fails, over what the engine's cast made of it before: cast
 * once, used thrice.
 */
export function castBefore(cast: LeafCast, given: string, value: string) {
  const rule = leafRule(cast);
  return {
    value: leafValue(rule, cast.to, given, value),
    fails: leafFails(rule, given, value),
  };
}

/** SQL of a value in which NULL stands for each number that is not finite. */
export function finiteValue(type: ColumnType, given: string): string {
  const leaf: Parts['leaf'] = ({ to }, value) =>
    /^(?:FLOAT|DOUBLE)$/.test(typeSql(to))
      ? `CASE WHEN isfinite(${value}) THEN ${value} END`
      : value;
  return walk({ ...VALUES, leaf }, { from: type, to: type, lossy: false }, given, 0);
}
