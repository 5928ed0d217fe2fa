import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { givenRequest, requestOf } from '#cli/options/request-file.ts';
import { runHere, runShell } from '#test/cli/run-command.ts';
import { folderOf } from '#test/cli/tables-case.ts';

async function fileOf(content: unknown): Promise<string> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return join(await folderOf({ 'r.json': text }), 'r.json');
}

describe('a request of the command line', () => {
  test('is the file with flags over it, field by field', async () => {
    const request = await fileOf({
      source: { uri: 's3://b/k', versionId: 'v', csv: { delimiter: ';', header: false } },
      chunking: { rows: 5 },
      output: { uri: 's3://b/out/', text: { header: 'none' } },
    });
    const flags = {
      source: { csv: { header: true } },
      chunking: { targetBytes: 9 },
      output: { compression: 'gzip' },
    };
    const given = await givenRequest({ locations: [], request, flags });
    expect(given.locations).toEqual(['s3://b/k']);
    expect(requestOf(given, given.locations)).toEqual({
      source: { uri: 's3://b/k', versionId: 'v', csv: { delimiter: ';', header: true } },
      chunking: { targetBytes: 9 },
      output: { uri: 's3://b/out/', text: { header: 'none' }, compression: 'gzip' },
    });
    const moved = await givenRequest({ locations: ['x', 'y'], request, flags: {} });
    expect(requestOf(moved, moved.locations)['source']).toEqual({
      uris: ['x', 'y'],
      csv: { delimiter: ';', header: false },
    });
  });

  test.each([
    ['s3://b/k', ['s3://b/k']],
    [{ uri: 'a b.csv' }, ['a b.csv']],
    [{ uris: ['x', 'y'] }, ['x', 'y']],
  ])('names the source %j', async (source, locations) => {
    const request = await fileOf({ source });
    expect(await givenRequest({ locations: [], request, flags: {} })).toMatchObject({ locations });
  });

  test.each([
    ['{', 'is no JSON'],
    ['[]', 'is no JSON object'],
    [{ source: 7 }, 'has a source that is neither a text nor an object'],
    [{ source: { uri: '' } }, 'names no source'],
    [{ source: { uri: 7 } }, 'names no source'],
    [{ source: { uris: [] } }, 'names no source'],
    [{ source: { uris: 'x' } }, 'names no source'],
    [{ source: { uri: 'x', uris: ['y'] } }, 'has both source.uri and source.uris'],
    [{ source: { uri: 'x.csv' }, colour: 1 }, ': the request has unknown keys "colour"'],
    [
      { source: { uri: 'x.csv', layer: 'X', format: 'csv' } },
      ': source.layer is for requests of a sparse matrix',
    ],
    [{ source: { uri: 'x.csv', csv: { delimiter: 'ab' } } }, ': source.csv.delimiter must be one'],
    [{ source: { uri: 'x.csv' }, schema: { a: 'int9' } }, ': schema.* must be '],
    [{ source: { uri: 'x.csv' }, output: 7 }, ': output must be an object'],
    [{ source: { uri: 'x.npz' }, colour: 1 }, ': the request has unknown keys "colour"'],
    [{ source: { uri: 'x.npz' }, chunking: { rows: 0 } }, ': chunking.rows must be'],
  ])('%j is refused, naming the file', async (content, sentence) => {
    const file = await fileOf(content);
    const { code, stderr } = await runHere(['inspect', '--request', file]);
    expect(stderr).toMatch(new RegExp(`^error: RequestError: .*/r\\.json ?${sentence}`));
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  test('that is wrong by its flags does not blame the file', async () => {
    const request = await fileOf({ source: { uri: 'x.npz' } });
    const { stderr } = await runHere(['inspect', '--request', request, '--delimiter', 'ab']);
    expect(stderr).toMatch(/^error: RequestError: output\.text\.delimiter must/);
  });

  test('that is not there is refused, and one without a source', async () => {
    const none = await runHere(['inspect', '--request', '/nowhere/r.json']);
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain('RequestError: /nowhere/r.json cannot be read');
    const empty = await runHere(['slice', '--request', await fileOf({})]);
    expect(empty.stderr).toContain('UsageError: a source is missing');
  });

  test('of a database is taken without a file, and is refused where none is read', async () => {
    const postgres = { connection: 'main', table: 'trips', key: 'zip', version: '1' };
    const request = await fileOf({ source: { postgres } });
    const given = await givenRequest({ locations: [], request, flags: {} });
    expect(requestOf(given, given.locations)).toEqual({ source: { postgres } });
    for (const command of ['inspect', 'infer', 'slice']) {
      const { code, stderr } = await runHere([command, '--request', request]);
      expect(code).toBe(2);
      expect(stderr).toContain('the request has source.postgres');
    }
    const out = join(request, '../out');
    const sampled = ['local', 'run', '--request', request, '--sample', '5', '--out', out];
    expect((await runHere(sampled)).stderr).toContain('--sample takes the first rows of files');
    const both = await runHere([
      'local',
      'run',
      's3://bucket/a.csv',
      '--request',
      request,
      '--out',
      out,
    ]);
    expect(both.stderr).toContain('an object with one of uri, uris, inbox and postgres');
  });

  test('comes from the standard input, too', async () => {
    const folder = await folderOf({ 'x.csv': 'a\n1\n' });
    const request = JSON.stringify({ source: join(folder, 'x.csv') });
    const ended = await runShell(`echo '${request}' | cli inspect --request - --json`);
    expect(JSON.parse(ended.stdout.toString())).toMatchObject({ firstRows: [['1']] });
    const bad = await runShell(`echo '{"source":"x.csv","a":1}' | cli infer --request -`);
    expect(bad.stderr).toMatch(/RequestError: the request on standard input: the request has/);
  });
});
