import type { LocalStack } from '#support/local-stack.ts';

/** What a proof works with. */
export interface ProofRoom {
  /** This checkout's stack on this machine. */
  readonly stack: LocalStack;
  /** Python with the readers. */
  readonly python: string;
  /** Empty, and removed behind the proof. */
  readonly folder: string;
  /** Whether the sizes are those of the goals. */
  readonly isFull: boolean;
  /** Prints a line. */
  readonly say: (line: string) => void;
}

/** Says what it finds, and returns whether it is as it should be. */
export type Proof = (room: ProofRoom) => Promise<boolean>;
