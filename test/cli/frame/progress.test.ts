import { Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { createProgress } from '#cli/frame/progress.ts';
import { clockText, progressBar, progressText } from '#cli/frame/progress-line.ts';
import { ProgressMeter } from '#cli/frame/progress-meter.ts';

class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns = 60;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function progressOn(isTTY: boolean, json = false) {
  const stderr = new Screen(isTTY);
  const signal = new AbortController().signal;
  const io = { stdout: new Screen(false), stderr, json, signal };
  return { progress: createProgress(io), stderr };
}

const writing = (done: number, total: number) =>
  ({ title: 'writing', unit: 'chunks', done, total }) as const;

describe('the figures of a stage', () => {
  test('are of the last half minute', () => {
    const meter = new ProgressMeter();
    const stage = (done: number) => ({ ...writing(done, 100), bytes: done * 1_000 });
    expect(meter.add(stage(0), 5_000)).toEqual({
      ...{ elapsedSeconds: 0, bytesPerSecond: null, etaSeconds: null },
    });
    expect(meter.add(stage(10), 15_000)).toEqual({
      ...{ elapsedSeconds: 10, bytesPerSecond: 1_000, etaSeconds: 90 },
    });
    // Twice as fast since, and the slow beginning is forgotten.
    meter.add(stage(10), 40_000);
    expect(meter.add(stage(70), 70_000)).toEqual({
      ...{ elapsedSeconds: 65, bytesPerSecond: 2_000, etaSeconds: 15 },
    });
  });

  test('begin anew with each stage, and have no rate where no bytes are known', () => {
    const meter = new ProgressMeter();
    meter.add(writing(5, 10), 0);
    expect(meter.add({ ...writing(0, 0), title: 'verifying' }, 60_000).elapsedSeconds).toBe(0);
    meter.add(writing(0, 10), 70_000);
    const figures = meter.add(writing(5, 10), 75_000);
    expect(figures).toEqual({ elapsedSeconds: 5, bytesPerSecond: null, etaSeconds: 5 });
  });

  test('are one line for people', () => {
    const stage = { ...writing(812, 1_863), bytes: 1, notes: ['slowest #733 19 s, try 2'] };
    const figures = { elapsedSeconds: 41, bytesPerSecond: 34.2e9, etaSeconds: 24 };
    expect(progressText(stage, figures)).toBe(
      '812/1,863 chunks · 34.2 GB/s · slowest #733 19 s, try 2 · 0:41 of ~1:05',
    );
    expect(progressBar(stage)).toBe('▓▓▓▓▓▓▓▓▓░░░░░░░░░░░');
    expect([59.6, 3_599, 3_661].map(clockText)).toEqual(['1:00', '59:59', '1:01:01']);
  });
});

describe('a pipe', () => {
  test('gets a line per 5 %, and one for each stage without a number', () => {
    const { progress, stderr } = progressOn(false);
    progress.say('starting');
    for (let done = 0; done <= 200; done += 1) progress.show(writing(done, 200));
    progress.show({ ...writing(0, 0), title: 'verifying' });
    progress.show({ ...writing(0, 0), title: 'verifying' });
    progress.stop();
    const lines = stderr.text.trimEnd().split('\n');
    expect(lines).toHaveLength(1 + 21 + 1);
    expect(lines.slice(0, 3)).toEqual([
      'starting',
      'writing 0 % 0/200 chunks · 0:00',
      expect.stringMatching(/^writing 5 % 10\/200 chunks · /),
    ]);
    expect(lines.at(-1)).toBe('verifying 0:00');
  });

  test('gets nothing of a file that is read at once', () => {
    const { progress, stderr } = progressOn(false);
    progress.show({ title: 'reading x', unit: 'bytes', done: 5, total: 5, isBrief: true });
    expect(stderr.text).toBe('');
  });
});

describe('a terminal', () => {
  test('has one line that is drawn anew, cut to its width, in color unless NO_COLOR is set', () => {
    vi.stubEnv('NO_COLOR', '');
    const colored = progressOn(true);
    colored.progress.show({ ...writing(50, 100), notes: ['x'.repeat(100)] });
    colored.progress.stop();
    expect(colored.stderr.text).toContain('\u001b[32m▓▓▓▓▓▓▓▓▓▓░░░░░░░░░░\u001b[39m');
    vi.stubEnv('NO_COLOR', '1');
    const { progress, stderr } = progressOn(true);
    progress.show(writing(1, 100));
    progress.show({ ...writing(50, 100), notes: ['x'.repeat(100)] });
    progress.say('a line');
    progress.stop();
    vi.unstubAllEnvs();
    const drawn = stderr.text.split('\r\u001b[2K');
    expect(drawn[1]).toMatch(/^writing ░{20} 1\/100 chunks · 0:00$/);
    expect(drawn[2]).toHaveLength(59);
    expect(drawn[3]).toBe('a line\n');
    expect(drawn.at(-1)).toMatch(/\n$/);
    expect(stderr.text.replaceAll('\u001b[2K', '')).not.toContain('\u001b');
  });
});

test('a program gets no progress', () => {
  const { progress, stderr } = progressOn(true, true);
  progress.say('starting');
  progress.show(writing(1, 2));
  progress.stop();
  expect(stderr.text).toBe('');
});
