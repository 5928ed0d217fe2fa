import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseRequest } from '#core/request/request.ts';
import { parseTableRequest, tableSpecOf } from '#core/request/table-request.ts';

const source = 's3://raw/events.csv';

function problemsOf(input: unknown, parse: (input: unknown) => unknown = parseTableRequest) {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof RequestError) return error.problems;
    throw error;
  }
  return [];
}

describe('a request of a table of a database', () => {
  const postgres = { connection: 'main', table: 'flights' };
  const uri = 's3://lake/loads/';

  it('has a format, bytes and concurrency of its own', () => {
    const request = parseTableRequest({ source, output: { postgres } });
    expect(request).toMatchObject({
      output: { format: 'postgres', connection: 'main', schema: 'public', table: 'flights' },
      size: { targetFileBytes: 134_217_728 },
      concurrency: 16,
    });
    expect(tableSpecOf(request).file).toEqual(request.output);
  });

  it.each([
    [{ postgres, compression: 'gzip' }, /^output has unknown keys "compression"/],
    [{ postgres, format: 'csv' }, /^output has unknown keys "postgres"/],
    [{ format: 'postgres' }, /^output.postgres must be an object with connection, table/],
    [
      { postgres: { ...postgres, host: 'db.internal', password: 'geheim' } },
      /^output.postgres has "host", "password", which a request cannot have: host, user/,
    ],
    [
      { postgres: { ...postgres, connection: 'postgres://me:geheim@db/x' } },
      /^output.postgres.connection must be the name of a connection .*got "a text that is not shown"$/,
    ],
    [
      { postgres: { ...postgres, connection: 'arn:aws:secretsmanager:x' } },
      /^output.postgres.connection must be the name/,
    ],
    [{ postgres: { ...postgres, table: 'x'.repeat(43) } }, /the name of a table, 1 to 42 bytes/],
    [{ postgres: { ...postgres, table: '' } }, /the name of a table, 1 to 42 bytes/],
    [{ postgres: { ...postgres, schema: 'a\0b' } }, /the name of a schema, 1 to 63 bytes/],
    [{ postgres: { ...postgres, table: 'mysql://x' } }, /the name of a table, 1 to 42 bytes/],
    [{ postgres, companions: ['hive'] }, /hive: postgres has no files that Hive could read/],
  ])('refuses %j', (output, said) => {
    const problems = problemsOf({ source, output });
    expect(problems).toEqual([expect.stringMatching(said)]);
    expect(problems.join()).not.toContain('geheim');
  });

  it('hides rows of an append, which is another run and not of the files', () => {
    const given = { ...postgres, append: 'hidden' };
    const request = parseTableRequest({ source, output: { uri, mode: 'append', postgres: given } });
    expect(request.place).toMatchObject({ mode: 'append', hidden: true });
    expect(tableSpecOf(request).file).not.toHaveProperty('append');
    const direct = { ...postgres, append: 'direct' };
    const seen = parseTableRequest({ source, output: { uri, mode: 'append', postgres: direct } });
    expect(seen.place).not.toHaveProperty('hidden');
    expect(problemsOf({ source, output: { postgres: given } })).toEqual([
      expect.stringMatching(/^output.postgres.append is for output.mode 'append'; leave it out/),
    ]);
    const other = { ...postgres, append: 'later' };
    expect(problemsOf({ source, output: { uri, mode: 'append', postgres: other } })).toEqual([
      expect.stringMatching(/^output.postgres.append must be 'direct' \(rows are seen chunk by/),
    ]);
  });

  it('refuses more writers than a server has connections', () => {
    const limits = { concurrency: 101 };
    expect(problemsOf({ source, output: { postgres }, limits })).toEqual([
      expect.stringMatching(/^limits.concurrency must be a whole number from 1 to 100/),
    ]);
  });

  it('is refused of a matrix', () => {
    expect(problemsOf({ source: 's3://raw/x.npz', output: { postgres } }, parseRequest)).toEqual(
      expect.arrayContaining([expect.stringMatching(/output.postgres is for requests of a table/)]),
    );
  });
});
