import type { PlayedStack } from './played-stack.ts';

/** Something that a deployment does, and how it fails without a permission. */
export interface Scenario {
  readonly name: string;
  /** Roles and resources that it is about: it is played first where one of their grants is gone. */
  readonly about?: RegExp;
  /** @returns what was not as it should be; undefined when everything was. */
  play(stack: PlayedStack): Promise<string | undefined>;
}
