import { Presets, SingleBar } from 'cli-progress';
import type { CommandIo } from './command-io.ts';

/** Shows on stderr how far a run is: a bar on a terminal, plain lines otherwise. */
export interface Progress {
  /** One line about what happens next. */
  say(line: string): void;
  /** `done` of `total` chunks are written. */
  chunks(done: number, total: number): void;
  /** Ends the display. */
  stop(): void;
}

function createBar({ stderr }: CommandIo): Progress {
  const format = 'chunks {bar} {value}/{total} | {duration_formatted}';
  const bar = new SingleBar({ format, stream: stderr, hideCursor: true }, Presets.shades_classic);
  return {
    say: (line) => void stderr.write(`${line}\n`),
    chunks(done, total) {
      if (!bar.isActive) bar.start(total, done);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

function createLines({ stderr }: CommandIo): Progress {
  let last = -1;
  const say = (line: string) => void stderr.write(`${line}\n`);
  return {
    say,
    chunks(done, total) {
      if (done !== last) say(`chunks ${done}/${total}`);
      last = done;
    },
    stop: () => undefined,
  };
}

/** With `--json` no progress is shown: only a program reads the output. */
const SILENT: Progress = { say: () => undefined, chunks: () => undefined, stop: () => undefined };

/** The progress display for a terminal, a pipe or a program. */
export function createProgress(io: CommandIo): Progress {
  if (io.json) return SILENT;
  return io.stderr.isTTY === true ? createBar(io) : createLines(io);
}
