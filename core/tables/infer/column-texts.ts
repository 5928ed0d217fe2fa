import type { ColumnType } from '#core/tables/schema/column-type.ts';
import { suggestType } from '#core/tables/schema/suggest-types.ts';

/** Distinct texts of a column that are kept as examples. */
const EXAMPLES = 3;

/**
 * The texts of a column of a sample. Holds each distinct one once: they decide the
 * type.
 */
export class ColumnTexts {
  readonly #texts = new Set<string>();
  /** Values that are not NULL. */
  count = 0;

  add(text: string): void {
    this.count += 1;
    this.#texts.add(text);
  }

  /** Adds what another column holds. */
  addAll(other: ColumnTexts): void {
    this.count += other.count;
    for (const text of other.#texts) this.#texts.add(text);
  }

  /** The first texts, each once. */
  get examples(): readonly string[] {
    return [...this.#texts.values().take(EXAMPLES)];
  }

  /** The smallest type that holds all texts but those given. */
  typeWithout(without: readonly string[] = []): ColumnType {
    return suggestType(this.#texts.values().filter((text) => !without.includes(text)));
  }

  has(text: string): boolean {
    return this.#texts.has(text);
  }
}
