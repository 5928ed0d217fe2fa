/** A literal takes 15 bits at most, and matches are shorter than the text that they stand for. */
const MOST_GROWTH = 2;

/** Header, trailer, and the codes of blocks of a small member. */
const FRAME_BYTES = 1024 * 1024;

/** Most bytes of a gzip member of text of this length, whatever text it is. */
export function longestMember(longestText: number): number {
  return MOST_GROWTH * longestText + FRAME_BYTES;
}
