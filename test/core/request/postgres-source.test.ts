import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import { readsDatabase, saidWing } from '#core/request/wing.ts';

const POSTGRES = { connection: 'main', table: 'trips', key: 'zip', version: '2024-05-01' };

function problemOf(postgres: unknown, rest: object = {}, source: object = {}): string {
  try {
    parseTableRequest({ source: { postgres, ...source }, ...rest });
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('source.postgres', () => {
  it('makes a request one of a table', () => {
    expect(saidWing({ source: { postgres: POSTGRES } })).toBe('table');
    expect(readsDatabase({ source: { postgres: POSTGRES } })).toBe(true);
    for (const other of [{ source: 's3://b/a.csv' }, { source: {} }, {}, 7, null]) {
      expect(readsDatabase(other)).toBe(false);
    }
  });

  it('is read with its table, its key and its version', () => {
    const { source } = parseTableRequest({ source: { postgres: POSTGRES } });
    expect(source.postgres).toEqual({
      ...{ connection: 'main', key: ['zip'], version: '2024-05-01' },
      table: { schema: 'public', table: 'trips' },
    });
    expect(source.uris).toEqual(['postgres:main/public.trips']);
    const odd = { ...POSTGRES, schema: 'A.b', table: 'x"; drop table y; --' };
    expect(parseTableRequest({ source: { postgres: odd } }).source.postgres?.table).toEqual({
      ...{ schema: 'A.b', table: 'x"; drop table y; --' },
    });
    const { table: _, ...rest } = POSTGRES;
    const query = parseTableRequest({
      source: { postgres: { ...rest, key: ['a', 'b'], query: 'select 1 as a, 2 as b' } },
    });
    expect(query.source.uris).toEqual(['postgres:main/query']);
    expect(query.source.postgres?.key).toEqual(['a', 'b']);
  });

  it.each([
    ['host', 'db.example.com'],
    ['user', 'somebody'],
    ['password', 'hunter2'],
    ['url', 'postgres://u:hunter2@h/d'],
    ['secretArn', 'arn:aws:secretsmanager:eu-west-1:1:secret:x'],
  ])('refuses %s, which is said by the deployment, without its value', (name, value) => {
    const problem = problemOf({ ...POSTGRES, [name]: value });
    expect(problem).toContain(`source.postgres.${name} must be left out`);
    expect(problem).not.toContain(value);
  });

  it.each(['postgres://u:hunter2@h/d', 'arn:aws:secretsmanager:x', '', 'a b', 7, '-a'])(
    'refuses the connection %j without showing it',
    (connection) => {
      const problem = problemOf({ ...POSTGRES, connection });
      expect(problem).toContain('source.postgres.connection must be the name of a connection');
      expect(problem).not.toContain('hunter2');
    },
  );

  it.each([
    [{ table: '' }, 'source.postgres.table must be the name of a table, 1 to 63 bytes'],
    [{ table: 'ä'.repeat(32) }, '1 to 63 bytes'],
    [{ table: 'a\0' }, 'without control characters'],
    [{ table: '\ud800' }, 'the name of a table'],
    [{ schema: 'x'.repeat(64) }, 'source.postgres.schema must be the name of a schema'],
    [{ table: undefined, query: 'select 1', schema: 'a' }, 'schema only where it has table'],
    [{ query: 'select 1' }, 'either table or query'],
    [{ table: undefined }, 'either table or query'],
    [{ table: undefined, query: 'select 1;' }, 'one SELECT without a semicolon'],
    [{ table: undefined, query: ' ' }, 'one SELECT'],
    [{ table: undefined, query: 'select \0' }, 'one SELECT'],
    [{ key: [] }, 'a list of 1 to 8'],
    [{ key: ['a', 'a'] }, 'each once'],
    [{ key: [''] }, 'the name of a column'],
    [{ version: '' }, 'a text of 1 to 200 characters'],
    [{ version: undefined }, 'a text of 1 to 200 characters'],
    [{ version: 3 }, 'a text of 1 to 200 characters'],
    [{ tables: 'a' }, 'unknown keys "tables"'],
  ])('refuses %j', (change, says) => {
    expect(problemOf({ ...POSTGRES, ...change })).toContain(says);
  });

  it('refuses what is no object', () => {
    expect(problemOf('trips')).toContain('an object with connection, table or query');
    expect(problemOf(null)).toContain('an object with connection, table or query');
  });

  it.each([
    [{ onBadRow: 'reject' }, {}, "onBadRow must be 'fail'"],
    [{ output: { files: 3 } }, {}, 'output.files is not for source.postgres'],
    [{ transform: { lambda: 'clean' } }, {}, 'transform.lambda is not for source.postgres'],
    [{}, { format: 'csv' }, 'source.format is of objects'],
    [{}, { csv: { header: false } }, 'source.csv is of objects'],
    [{}, { byName: true }, 'source.byName is of objects'],
    [{}, { uri: 's3://bucket/a.csv' }, 'one of uri, uris, inbox and postgres'],
  ])('refuses %j with %j', (rest, source, says) => {
    expect(problemOf(POSTGRES, rest, source)).toContain(says);
  });

  it.each([
    [{ mode: 'append' }, {}, 'output.postgres names the table of source.postgres'],
    [{}, {}, 'output.postgres names the table of source.postgres'],
    [{ mode: 'append' }, { append: 'hidden' }, 'accepted'],
    [{ mode: 'overwrite' }, {}, 'accepted'],
    [{}, { table: 'others' }, 'accepted'],
    [{}, { schema: 'others' }, 'accepted'],
    [{}, { connection: 'others' }, 'accepted'],
  ])('into its own table with %j and %j is refused unless rows are hidden', (output, to, says) => {
    const postgres = { connection: 'main', table: 'trips', ...to };
    const uri = 's3://bucket/loads/';
    expect(problemOf(POSTGRES, { output: { uri, postgres, ...output } })).toContain(says);
  });

  it('takes a transform by SQL, rows of a chunk, and a schema', () => {
    const rest = {
      ...{ transform: { sql: 'select * from input' }, chunking: { rows: 10 } },
      schema: { zip: 'varchar' },
    };
    expect(problemOf(POSTGRES, rest)).toBe('accepted');
  });
});
