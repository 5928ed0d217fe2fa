import type { HistoryEvent } from './history.ts';
import { isJsonObject, type Json, parseJson } from './json.ts';
import type { StartingPoint } from './run.ts';

/** A state that was entered. Texts are parsed only when somebody asks where to go on. */
interface Entered {
  readonly state: string;
  readonly inputText: string;
  readonly enteredEventId: number;
  readonly mapRunArn?: string;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : 'null';
}

/** Follows the events of an execution to know where it would go on. */
export class ResumeTracker {
  #entered: Entered | undefined;
  readonly #assigned = new Map<string, string>();

  /** The state that was entered last; undefined before the first is. */
  get point(): StartingPoint | undefined {
    if (this.#entered === undefined) return undefined;
    const { inputText, ...entered } = this.#entered;
    const variables = [...this.#assigned].map(([name, text]) => [name, parseJson(text)]);
    return { ...entered, input: parseJson(inputText), variables: Object.fromEntries(variables) };
  }

  /** Takes the next event. */
  follow({ id, type, details = {} }: HistoryEvent): void {
    if (type.endsWith('StateEntered')) {
      const inputText = textOf(details['input']);
      this.#entered = { state: textOf(details['name']), inputText, enteredEventId: id };
    } else if (type === 'MapRunStarted' && this.#entered) {
      this.#entered = { ...this.#entered, mapRunArn: textOf(details['mapRunArn']) };
    } else if (type.endsWith('StateExited')) {
      const assigned = details['assignedVariables'];
      for (const [name, text] of Object.entries(isJsonObject(assigned) ? assigned : {})) {
        this.#assigned.set(name, textOf(text));
      }
    }
  }
}
