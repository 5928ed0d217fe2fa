import { requestSchema } from '#core/request/request-schema.ts';
import { tableRequestSchema } from '#core/request/table-request-schema.ts';
import { MATRIX_MEANINGS, type Meanings, TABLE_MEANINGS } from './field-meanings.ts';
import { type SchemaField, schemaFields } from './schema-fields.ts';

/** Fields of a request and what they mean disagree. */
class UnknownFields extends Error {
  override readonly name = 'UnknownFields';
}

const HEAD = `# Request

All fields of a request, from the schema that parses it (\`core/request/\`): what is allowed is the
text by which anything else is refused. Unknown fields are refused, and all problems are reported at
once. A request is of a [table](tables.md) if \`source.format\` says \`csv\`, \`jsonl\` or \`parquet\`, if
it has fields that only tables have, or by the names or first bytes of its objects.

The same request on the same version of the source is the same run: if it is started again, it
continues, or reports that it is complete. \`limits\`, \`expect\` and \`dryRun\` are not part of that.
A deployment may preset sections for requests that are silent (\`requestDefaults\`).
`;

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Numbers of more than four digits are read by threes. */
function withThousands(text: string): string {
  const whole = text.replaceAll(String(Number.MAX_SAFE_INTEGER), '2^53 − 1');
  return whole.replaceAll(/\b\d{5,}\b/g, (digits) => Number(digits).toLocaleString('en-US'));
}

function line({ path, allowed, usual, formats }: SchemaField, meanings: Meanings): string {
  const known = meanings[path]!;
  const silent = known.usual ?? (usual === undefined ? '' : `\`${JSON.stringify(usual)}\``);
  const of = [...formats].join(', ');
  // What a section may hold is said by the lines of its fields.
  const given = known.allowed ?? (allowed?.startsWith('an object with') ? '' : (allowed ?? ''));
  return `| \`${path}\` | ${cell(known.meaning)} | ${cell(withThousands(given))} | ${cell(silent)} | ${of} |`;
}

function assertSame(fields: readonly SchemaField[], meanings: Meanings): void {
  const paths = new Set(fields.map(({ path }) => path));
  const known = new Set(Object.keys(meanings));
  const missing = [...paths.difference(known)];
  const gone = [...known.difference(paths)];
  if (missing.length + gone.length === 0) return;
  throw new UnknownFields(
    `support/request-reference/field-meanings.ts lacks ${missing.join(', ') || 'nothing'}, and has ${gone.join(', ') || 'nothing'} beyond the schema`,
  );
}

function section(title: string, schema: Parameters<typeof schemaFields>[0], meanings: Meanings) {
  const fields = schemaFields(schema);
  assertSame(fields, meanings);
  const all = new Set(fields.flatMap(({ formats }) => [...formats]));
  const lines = fields.map((field) =>
    line(field.formats.size === all.size ? { ...field, formats: new Set() } : field, meanings),
  );
  const head = '| field | meaning | allowed | if silent | only of |\n|---|---|---|---|---|';
  return `## ${title}\n\n${head}\n${lines.join('\n')}\n`;
}

/**
 * The reference of all fields of a request, as Markdown.
 *
 * @throws {UnknownFields} a field has no meaning, or a meaning has no field.
 */
export function requestReference(): string {
  return [
    HEAD,
    section('Of a matrix', requestSchema, MATRIX_MEANINGS),
    section('Of a table', tableRequestSchema, TABLE_MEANINGS),
  ].join('\n');
}
