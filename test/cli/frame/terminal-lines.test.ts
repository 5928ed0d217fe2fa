import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { TerminalLines } from '#cli/frame/terminal-lines.ts';

class Terminal extends Writable {
  readonly columns: number | undefined;
  text = '';

  constructor(columns?: number) {
    super();
    this.columns = columns;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function shown(blocks: readonly string[], columns?: number) {
  const stdout = new Terminal(columns);
  const stderr = new Terminal();
  const signal = new AbortController().signal;
  const io = { stdout: stdout as never, stderr, json: false, signal };
  const lines = new TerminalLines(io);
  for (const block of blocks) await lines.write(new TextEncoder().encode(block));
  await lines.end();
  return { text: stdout.text, note: stderr.text };
}

describe('rows on a terminal', () => {
  test('are whole where they fit', async () => {
    const text = '1,2\n\n1234567\n';
    expect(await shown([text], 8)).toEqual({ text, note: '' });
    expect(await shown(['x'.repeat(79)])).toEqual({ text: 'x'.repeat(79), note: '' });
  });

  test('are cut to its width, in whatever blocks they come', async () => {
    const text = `1,2\n${'0,'.repeat(50)}0\n3,4\n`;
    const expected = '1,2\n0,0,0,0…\n3,4\n';
    const note = 'rows are cut to the width of the terminal; --full prints all\n';
    for (const size of [1, 3, 7, 1000]) {
      const blocks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(await shown(blocks, 8)).toEqual({ text: expected, note });
    }
  });
});
