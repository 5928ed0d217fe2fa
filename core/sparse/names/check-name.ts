import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';

/** Most characters of a name. It bounds the memory of whoever reads names. */
export const MAX_NAME_CHARACTERS = 1024 * 1024;

/** @throws {BoundExceededError} the name is longer than a reader holds. */
export function refuseLongName(characters: number, index: number, uri: string): void {
  if (characters <= MAX_NAME_CHARACTERS) return;
  throw new BoundExceededError(
    `${uri} has a name at place ${index} of more than ${MAX_NAME_CHARACTERS} characters, which is the most that is read; give shorter names`,
  );
}

/** @throws {CorruptSourceError} the name has half of a surrogate pair, which UTF-8 cannot hold. */
export function refuseHalfCharacter(name: string, index: number, uri: string): void {
  if (name.isWellFormed()) return;
  throw new CorruptSourceError(
    `${uri} has a name at place ${index} with half of a character (a lone surrogate), which no UTF-8 text can hold; write the names again`,
  );
}
