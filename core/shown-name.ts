const MOST_CHARACTERS = 80;

/** A name in a message: in quotes, on one line, whatever it holds and however long it is. */
export function shownName(name: string): string {
  const isLong = name.length > MOST_CHARACTERS;
  return JSON.stringify(isLong ? `${name.slice(0, MOST_CHARACTERS).toWellFormed()}…` : name);
}
