/** How many of a list are shown from its start, and from its end. */
export const SHOWN_AT_ENDS = 3;

/** The first and the last of a list, with `…` between them; all of it if they are few. */
export function shownEnds(list: readonly string[]): readonly string[] {
  if (list.length <= 2 * SHOWN_AT_ENDS) return list;
  return [...list.slice(0, SHOWN_AT_ENDS), '…', ...list.slice(-SHOWN_AT_ENDS)];
}
