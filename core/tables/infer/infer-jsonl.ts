import { JsonValues } from './json-values.ts';
import type { SeenTable } from './look-at-object.ts';
import type { FoundColumn } from './name-columns.ts';
import type { PlannedSample } from './sample-plan.ts';
import { type SampledText, sampleJsonl } from './sample-text.ts';

const DECODER = new TextDecoder('utf-8');

/** Lines that hold an object; the decoder has taken off a byte order mark. */
function linesOf(text: Uint8Array): readonly string[] {
  return DECODER.decode(text)
    .split('\n')
    .filter((line) => line.trim() !== '');
}

/** Collects the keys of JSON lines. */
export class JsonlColumns {
  readonly #values = new JsonValues();
  readonly #notes = new Set<string>();
  rows = 0;

  /**
   * Adds the lines of a part of an object.
   *
   * @throws {CorruptSourceError} they are not sound.
   */
  async add(
    { source, compression }: SeenTable,
    place: PlannedSample,
  ): Promise<SampledText | undefined> {
    const sample = await sampleJsonl({ source, compression, start: 0 }, place);
    if (sample === undefined) return undefined;
    this.rows += sample.records;
    const texts = linesOf(sample.proved);
    for (const [index, line] of linesOf(sample.raw).entries()) {
      this.#values.add(JSON.parse(line), JSON.parse(texts[index]!));
    }
    return sample;
  }

  /** The columns in the order in which their keys came. */
  get found(): readonly FoundColumn[] {
    return [...this.#values.fields].map(([name, values]) => ({
      name,
      type: values.typeAt(name, (path, why) => {
        this.#notes.add(`${JSON.stringify(path)} is left out: it ${why}`);
      }),
      examples: values.examples.slice(0, 3),
      nulls: this.rows - values.count,
    }));
  }

  /** Sentences about keys that are no columns; complete after {@link found}. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }
}
