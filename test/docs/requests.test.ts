import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRequest } from '#core/request/request.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import { saidWing } from '#core/request/wing.ts';
import { readDocuments } from '#tools/rules/check-links.ts';

const root = path.join(import.meta.dirname, '../..');

interface Shown {
  readonly file: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** The blocks of JSON of a document that begin as requests do; some have one on each line. */
function requestsOf({ file, text }: { readonly file: string; readonly text: string }): Shown[] {
  const blocks = [...text.matchAll(/^```json\n(?<json>\{\s*"source"[\s\S]*?)^```$/gm)];
  const texts = blocks.flatMap(({ groups }) => groups!['json']!.trim().split(/\n(?=\{)/));
  return texts.map((json) => ({ file, request: JSON.parse(json) }));
}

describe('requests that documents show', () => {
  const shown = readDocuments(root).flatMap(requestsOf);

  it('are found', () => expect(shown.length).toBeGreaterThanOrEqual(5));

  it.each(shown)('are accepted: $file', ({ request }) => {
    const isTable = saidWing(request) === 'table';
    const parse = isTable ? parseTableRequest : parseRequest;
    expect(() => parse(request)).not.toThrow();
  });
});
