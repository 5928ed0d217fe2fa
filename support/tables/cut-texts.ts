import { createRandom, type Random } from '#support/seeded-random.ts';

/** A text with quoted newlines, made to be cut. It has three columns. */
export interface CutText {
  readonly records: number;
  /** Share of the records whose second field holds newlines. */
  readonly newlineShare: number;
  /** About so many bytes of plain text in each record. */
  readonly padding: number;
  readonly seed: number;
}

/** A field with newlines that look like whole records, or like the beginning of quoted fields. */
function trickyField(id: number, random: Random): string {
  const lines = Array.from({ length: random.integer(1, 4) }, () =>
    random.pick([
      `${id},plain,${random.integer(0, 9)}`,
      `${id},plain`,
      '',
      `${id},""quoted"",1`,
      ',,',
      `""`,
      'a text, with commas, and more',
    ]),
  );
  return `"${random.pick(['x', '', ','])}\n${lines.join('\n')}\ny"`;
}

/** The records of a text one by one, each with its line feed. */
export function* cutRecords({ records, newlineShare, padding, seed }: CutText): Generator<string> {
  const random = createRandom(seed);
  const words = Array.from({ length: 64 }, (_, k) => 'word'.repeat(k % 4).padEnd(padding, `${k}`));
  for (let id = 0; id < records; id++) {
    const text = random.chance(newlineShare) ? trickyField(id, random) : random.pick(words);
    yield `${id},${text},${random.integer(0, 999)}\n`;
  }
}

/**
 * A text whose quoted fields hold whole records of plain text, and whose records outside of quotes
 * look like the ends of quoted fields: near a cut both readings are right.
 */
export function foolingText(lines: number): string {
  const record = `a,"x\n${'1001,plain,1\n'.repeat(lines)}y",1\n`;
  return record.repeat(3);
}
