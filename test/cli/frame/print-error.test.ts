import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { ReaderGone, write } from '#cli/frame/command-io.ts';
import { printError } from '#cli/frame/print-error.ts';
import { CorruptSourceError, RequestError } from '#core/errors.ts';
import { Collector, runHere } from '#test/cli/run-command.ts';

async function report(error: unknown, { json = false, interrupted = false } = {}) {
  const stderr = new Collector();
  const signal = interrupted ? AbortSignal.abort() : new AbortController().signal;
  const code = await printError(error, { stdout: new Collector(), stderr, json, signal });
  return { code, text: stderr.bytes().toString() };
}

test('an error of the source is one line and exit code 1', async () => {
  expect(await report(new CorruptSourceError('a is b'))).toEqual({
    code: 1,
    text: 'error: CorruptSourceError: a is b\n',
  });
});

test('a request that is wrong is exit code 2', async () => {
  const { code } = await report(new RequestError(['this', 'that']));
  expect(code).toBe(2);
});

test('an error that nobody foresaw is one line without a stack', async () => {
  const error = new TypeError('first\n    second');
  expect(await report(error)).toEqual({ code: 1, text: 'error: TypeError: first; second\n' });
});

test('a thrown text is printed as it is', async () => {
  expect(await report('boom')).toEqual({ code: 1, text: 'error: Error: boom\n' });
});

test('an error of the file system is printed as a sentence', async () => {
  const error = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: 'out/data' });
  expect((await report(error)).text).toBe(
    'error: FileError: out/data lies on a disk that is full\n',
  );
});

test('with --json an error is one object', async () => {
  const { text } = await report(new CorruptSourceError('a is b'), { json: true });
  expect(JSON.parse(text)).toEqual({ error: { name: 'CorruptSourceError', message: 'a is b' } });
});

test('Ctrl-C is exit code 130, whatever broke because of it', async () => {
  expect(await report(new Error('socket hang up'), { interrupted: true })).toEqual({
    code: 130,
    text: 'error: Interrupted: stopped before it was done\n',
  });
});

test('a closed stdout is no failure, but a full disk is', async () => {
  const failing = (code: string) =>
    new Writable({
      write: (_piece, _encoding, done) => done(Object.assign(new Error(), { code })),
    }).on('error', () => undefined);
  await expect(write(failing('EPIPE'), 'text')).rejects.toBeInstanceOf(ReaderGone);
  await expect(write(failing('ENOSPC'), 'text')).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(await report(new ReaderGone())).toEqual({ code: 0, text: '' });
});

test('what was meant stands in brackets behind a wrong option', async () => {
  const { stderr, code } = await runHere(['plan', 'x.npz', '--target-byte', '9']);
  expect({ stderr, code }).toEqual({
    code: 2,
    stderr: "error: UsageError: unknown option '--target-byte' (Did you mean --target-bytes?)\n",
  });
});
