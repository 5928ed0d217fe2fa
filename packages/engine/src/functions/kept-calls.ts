import { EngineError } from '#engine/engine-error.ts';
import type { FunctionRealm } from './function-realm.ts';
import { shown } from './shown-value.ts';
import type { FunctionValue } from './value-types.ts';

/** Calls of one function, and what it answered. */
interface KeptCall {
  readonly at: number;
  readonly columns: readonly (readonly FunctionValue[])[];
  readonly answers: readonly FunctionValue[];
}

/** Rows, and characters of their texts, whose calls are kept. */
const MOST = { rows: 200_000, characters: 32 * 1024 ** 2 } as const;

function charactersOf(values: readonly FunctionValue[]): number {
  return values.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : 0),
    0,
  );
}

/** The first calls of functions, to see whether they answer the same again. */
export class KeptCalls {
  readonly #calls: KeptCall[] = [];
  #rows = 0;
  #characters = 0;

  /** Keeps calls, as long as there is room. */
  keep(call: KeptCall): void {
    const texts = [...call.columns, call.answers];
    const characters = texts.reduce((sum, values) => sum + charactersOf(values), this.#characters);
    if (this.#rows >= MOST.rows || characters > MOST.characters) return;
    this.#calls.push(call);
    this.#rows += call.answers.length;
    this.#characters = characters;
  }

  /**
   * Makes all calls again in a realm, the last row first.
   *
   * @throws {EngineError} `contract`: one is answered differently; as {@link FunctionRealm.call}.
   */
  repeatIn(realm: FunctionRealm): void {
    for (const { at, columns, answers } of this.#calls.toReversed()) {
      const reversed = columns.map((values) => values.toReversed());
      const again = realm.call(at, reversed, answers.length).reverse();
      const other = answers.findIndex((answer, row) => !Object.is(answer, again[row]));
      if (other < 0) continue;
      const given = columns.map((values) => shown(values[other])).join(', ');
      const { name } = realm.functions[at]!;
      throw new EngineError(
        'contract',
        `the function ${name} answers ${shown(answers[other])} and then ${shown(again[other])} at ${name}(${given}); what it answers must follow from its arguments alone`,
      );
    }
  }
}
