import type { CommandIo } from './command-io.ts';
import { progressBar, progressText, shareOf } from './progress-line.ts';
import { ProgressMeter, type StageFigures, type StageProgress } from './progress-meter.ts';

/** Shows on stderr how far a run is: a bar on a terminal, plain lines otherwise. */
export interface Progress {
  /** One line about what happens next. */
  say(line: string): void;
  /** How far a stage is. */
  show(stage: StageProgress): void;
  /** Ends the display. */
  stop(): void;
}

/** A pipe gets a line for each of so many shares of a stage: per 5 %. */
const SHARES = 20;

/** What a stage that is often done at once takes before a pipe gets a line of it. */
const BRIEF_SECONDS = 10;

/** Width of a terminal that does not say its own. */
const DEFAULT_COLUMNS = 80;

/** The time that has passed goes on between two looks at the run. */
const TICK_MILLISECONDS = 1_000;

const CLEAR_LINE = '\r\u001b[2K';

/** One line at the bottom of a terminal, drawn anew whenever something changes. */
class TerminalProgress implements Progress {
  readonly #stderr: CommandIo['stderr'];
  readonly #meter = new ProgressMeter();
  readonly #paint: (bar: string) => string;
  #shown: { readonly stage: StageProgress; figures: StageFigures } | undefined;
  #shownAt = 0;
  #ticks: NodeJS.Timeout | undefined;

  constructor({ stderr }: CommandIo) {
    this.#stderr = stderr;
    const isColored = (process.env['NO_COLOR'] ?? '') === '';
    this.#paint = (bar) => (isColored ? `\u001b[32m${bar}\u001b[39m` : bar);
  }

  say(line: string): void {
    this.#stderr.write(this.#shown === undefined ? `${line}\n` : `${CLEAR_LINE}${line}\n`);
    this.#draw();
  }

  show(stage: StageProgress): void {
    this.#shownAt = performance.now();
    this.#shown = { stage, figures: this.#meter.add(stage, this.#shownAt) };
    this.#ticks ??= setInterval(() => this.#draw(), TICK_MILLISECONDS).unref();
    this.#draw();
  }

  stop(): void {
    clearInterval(this.#ticks);
    this.#ticks = undefined;
    if (this.#shown !== undefined) this.#stderr.write('\n');
    this.#shown = undefined;
  }

  #draw(): void {
    if (this.#shown === undefined) return;
    const { stage, figures } = this.#shown;
    const passed = (performance.now() - this.#shownAt) / 1000;
    const { elapsedSeconds, etaSeconds } = figures;
    const now = {
      ...figures,
      elapsedSeconds: elapsedSeconds + passed,
      etaSeconds: etaSeconds === null ? null : Math.max(0, etaSeconds - passed),
    };
    const bar = stage.total === 0 ? '' : `${progressBar(stage)} `;
    const room = Math.max(20, (this.#stderr.columns ?? DEFAULT_COLUMNS) - 1);
    const line = `${stage.title} ${bar}${progressText(stage, now)}`.slice(0, room);
    this.#stderr.write(`${CLEAR_LINE}${line.replace(/[▓░]+/, this.#paint)}`);
  }
}

/** A line per 5 % of each stage. */
function createLines({ stderr }: CommandIo): Progress {
  const meter = new ProgressMeter();
  let last = '';
  const say = (line: string) => void stderr.write(`${line}\n`);
  return {
    say,
    show(stage) {
      const figures = meter.add(stage, performance.now());
      const share = Math.floor(shareOf(stage) * SHARES);
      const step = `${stage.title} ${share}`;
      const isBrief = stage.isBrief === true && figures.elapsedSeconds < BRIEF_SECONDS;
      if (step === last || isBrief) return;
      last = step;
      const percent = stage.total === 0 ? '' : ` ${(100 * share) / SHARES} %`;
      say(`${stage.title}${percent} ${progressText(stage, figures)}`);
    },
    stop: () => undefined,
  };
}

/** Shows nothing: with `--json` only a program reads the output. */
export const SILENT: Progress = {
  say: () => undefined,
  show: () => undefined,
  stop: () => undefined,
};

/** All chunks are there, and are being proved. */
export const VERIFYING: StageProgress = {
  ...{ title: 'verifying', unit: 'chunks', done: 0, total: 0, isBrief: true },
};

/** Shows chunks of a stage as they come. @returns what is called for each with its bytes */
export function chunksShown(
  progress: Progress,
  title: string,
  total: number,
): (bytes: number) => void {
  let [done, bytes] = [0, 0];
  return (more) => {
    done += 1;
    bytes += more;
    progress.show({ title, unit: 'chunks', done, total, bytes, isBrief: true });
  };
}

/** The progress display for a terminal, a pipe or a program. */
export function createProgress(io: CommandIo): Progress {
  if (io.json) return SILENT;
  return io.stderr.isTTY === true ? new TerminalProgress(io) : createLines(io);
}
