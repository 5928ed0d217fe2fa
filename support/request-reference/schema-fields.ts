import type * as z from 'zod/mini';

/** A field of a request, as its schema has it. */
export interface SchemaField {
  /** Its path, such as `output.text.header`; `*` stands for any name. */
  readonly path: string;
  /** What is allowed, as the refusal of anything else says it; none where other fields decide. */
  readonly allowed?: string;
  /** The value of a request that is silent, where the schema has it. */
  readonly usual?: unknown;
  /** Formats of an output that have the field; all of them where this is left out. */
  readonly formats: ReadonlySet<string>;
}

/** What zod holds of any schema, as far as it is read here. */
interface Definition {
  readonly type: string;
  readonly error?: (issue: object) => string | { readonly message: string } | undefined;
  readonly innerType?: z.core.$ZodType;
  readonly defaultValue?: unknown;
  readonly in?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly options?: readonly z.core.$ZodType[];
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly values?: readonly unknown[];
}

const definitionOf = (schema: z.core.$ZodType) => schema._zod.def as unknown as Definition;

function allowedBy({ type, error }: Definition): string | undefined {
  const code = type === 'union' ? 'invalid_union' : 'invalid_type';
  const said = error?.({ code, path: [], input: undefined });
  return typeof said === 'string' ? said : said?.message;
}

/** The side of a pipe that says what may be given, rather than what is made of it. */
function givenSide({ in: first, out }: Definition): z.core.$ZodType {
  const made = ['transform', 'unknown'];
  const { type } = definitionOf(first!);
  return made.includes(type) ? out! : first!;
}

/** Fields that are there to be refused by a sentence. */
function isRefused({ type, values }: Definition): boolean {
  return type === 'never' || (type === 'literal' && values?.length === 1 && values[0] === false);
}

/** Walks one schema; fields of the same path are merged by {@link schemaFields}. */
function* walk(schema: z.core.$ZodType, path: string, usual?: unknown): Generator<SchemaField> {
  const definition = definitionOf(schema);
  const { type, innerType, defaultValue } = definition;
  if (type === 'optional') return yield* walk(innerType!, path, usual);
  if (type === 'default') return yield* walk(innerType!, path, defaultValue);
  if (type === 'pipe') return yield* walk(givenSide(definition), path, usual);
  if (isRefused(definition)) return;
  const allowed = allowedBy(definition);
  if (path !== '') {
    yield {
      ...{ path, formats: new Set() },
      ...(allowed !== undefined && { allowed }),
      ...(usual !== undefined && { usual }),
    };
  }
  yield* walkInside(definition, path);
}

/** The fields below one. */
function* walkInside(definition: Definition, path: string): Generator<SchemaField> {
  const { shape = {}, options = [], valueType, element } = definition;
  for (const [name, field] of Object.entries(shape)) {
    yield* walk(field, path === '' ? name : `${path}.${name}`);
  }
  for (const option of options) yield* inFormat(option, path);
  if (valueType !== undefined) yield* walk(valueType, `${path}.*`);
  if (element !== undefined && definitionOf(element).type === 'object') {
    yield* walk(element, `${path}[]`);
  }
}

/** The fields of one option of a union, with the format that chooses it. */
function* inFormat(option: z.core.$ZodType, path: string): Generator<SchemaField> {
  const formatOf = ({ shape }: Definition) =>
    shape?.['format'] === undefined ? [] : (definitionOf(shape['format']).values ?? []);
  let given = definitionOf(option);
  while (given.type === 'pipe') given = definitionOf(givenSide(given));
  const chosen = formatOf(given).map(String);
  for (const field of walk(option, path)) {
    if (field.path === path) continue;
    yield { ...field, formats: new Set([...field.formats, ...chosen]) };
  }
}

/** What may be given where formats differ: all of it. */
function bothAllowed(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  return one.includes(other) ? one : `${one}; ${other}`;
}

/**
 * The fields of a request in the order of its schema, each once.
 *
 * @param schema of a request of one wing.
 */
export function schemaFields(schema: z.core.$ZodType): readonly SchemaField[] {
  const fields = new Map<string, SchemaField>();
  for (const field of walk(schema, '')) {
    const before = fields.get(field.path);
    const allowed = bothAllowed(before?.allowed, field.allowed);
    const formats = new Set([...(before?.formats ?? []), ...field.formats]);
    fields.set(field.path, {
      ...before,
      ...field,
      formats,
      ...(allowed !== undefined && { allowed }),
    });
  }
  return [...fields.values()];
}
