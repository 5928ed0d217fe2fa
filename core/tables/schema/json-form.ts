import { type ColumnType, isLeaf, type LeafType } from './column-type.ts';
import { literal } from './quote.ts';

/** A key as a JSON pointer: whatever it holds, it is no path. */
function pointer(key: string): string {
  return literal(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

function elements(list: string, each: string, broken: string): string {
  return broken === 'false'
    ? 'false'
    : `list_bool_or(list_transform(${list}, lambda ${each}: ${broken}))`;
}

function within(
  type: Exclude<ColumnType, LeafType>,
  json: string,
  depth: number,
): readonly [string, string] {
  const each = `j${depth}`;
  switch (type.kind) {
    case 'list': {
      const broken = formBroken(type.of, each, depth + 1);
      return ['ARRAY', elements(`CAST(${json} AS JSON[])`, each, broken)];
    }
    case 'map': {
      const broken = formBroken(type.value, each, depth + 1);
      const values = `map_values(CAST(${json} AS MAP(VARCHAR, JSON)))`;
      return ['OBJECT', elements(values, each, broken)];
    }
    case 'struct': {
      const fields = type.fields.map(({ name, type: of }) =>
        formBroken(of, `json_extract(${json}, ${pointer(name)})`, depth),
      );
      const broken = fields.filter((sql) => sql !== 'false');
      return ['OBJECT', broken.length === 0 ? 'false' : broken.join(' OR ')];
    }
  }
}

/** SQL that says whether objects and arrays do not stand where the type wants them: never NULL. */
export function formBroken(type: ColumnType, json: string, depth = 0): string {
  if (isLeaf(type)) return 'false';
  const [kind, inside] = within(type, json, depth);
  return (
    `coalesce(CASE json_type(${json}) WHEN 'NULL' THEN false ` +
    `WHEN '${kind}' THEN ${inside} ELSE ${json} IS NOT NULL END, false)`
  );
}
