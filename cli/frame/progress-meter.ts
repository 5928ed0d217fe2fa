/** How far one stage of a run is. */
export interface StageProgress {
  /** What is done now, such as `writing`. */
  readonly title: string;
  readonly unit: 'chunks' | 'jobs' | 'bytes';
  /** In units. */
  readonly done: number;
  readonly total: number;
  /** Bytes that are done, where that is known or predicted. */
  readonly bytes?: number | undefined;
  /** Is often done at once: a pipe gets no line of its first ten seconds. */
  readonly isBrief?: true;
  /** What else is to be said, such as `4 tries again`. */
  readonly notes?: readonly string[];
}

/** What is computed of the last half minute of a stage. */
export interface StageFigures {
  readonly elapsedSeconds: number;
  /** Null as long as nothing was done. */
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

interface Sample {
  readonly at: number;
  readonly done: number;
  readonly bytes: number | undefined;
}

/** A rate is of this time: long enough for a chunk, short enough to follow a ramp. */
const WINDOW_MILLISECONDS = 30_000;

/** Computes rate and remaining time of a stage from what was seen of it. */
export class ProgressMeter {
  #title = '';
  #startedAt = 0;
  #samples: Sample[] = [];

  /** Takes what is seen at a moment. @param at milliseconds of any clock */
  add(stage: StageProgress, at: number): StageFigures {
    if (stage.title !== this.#title) {
      this.#title = stage.title;
      this.#startedAt = at;
      this.#samples = [];
    }
    const { done, bytes = stage.unit === 'bytes' ? done : undefined } = stage;
    this.#samples.push({ at, done, bytes });
    // The last one before the window is where the window begins.
    while ((this.#samples[1]?.at ?? at) <= at - WINDOW_MILLISECONDS) this.#samples.shift();
    return this.#figures(stage, this.#samples[0]!, { at, done, bytes });
  }

  #figures({ total }: StageProgress, first: Sample, last: Sample): StageFigures {
    const elapsedSeconds = (last.at - this.#startedAt) / 1000;
    const seconds = (last.at - first.at) / 1000;
    const moved = last.done - first.done;
    if (seconds <= 0 || moved <= 0) {
      return { elapsedSeconds, bytesPerSecond: null, etaSeconds: null };
    }
    const bytes = (last.bytes ?? Number.NaN) - (first.bytes ?? Number.NaN);
    const bytesPerSecond = Number.isNaN(bytes) ? null : bytes / seconds;
    return { elapsedSeconds, bytesPerSecond, etaSeconds: ((total - last.done) / moved) * seconds };
  }
}
