import path from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { anchorOf, checkComments, checkDocument, readDocuments } from '#tools/rules/check-links.ts';
import { readSourceFiles } from '#tools/rules/source-file.ts';

const root = path.join(import.meta.dirname, '../..');

describe('the links of this repository', () => {
  it('lead from documents to files and headings that are there', () => {
    const documents = readDocuments(root);
    expect(documents.length).toBeGreaterThan(15);
    expect(documents.flatMap((document) => checkDocument(root, document))).toEqual([]);
  });

  it('lead from comments to files and headings that are there', () => {
    expect(readSourceFiles(root).flatMap((source) => checkComments(root, source))).toEqual([]);
  });
});

function inDocument(text: string): readonly string[] {
  return checkDocument(root, { file: 'docs/planted.md', text: `# A heading\n${text}\n` });
}

function inComment(text: string): readonly string[] {
  return checkComments(root, { file: 'core/planted.ts', text: `const a = 1;\n/** ${text} */\n` });
}

describe('the link checker', () => {
  it.each([
    ['[x](missing.md)', "'missing.md' does not exist"],
    ['[x](../core/missing.ts)', "'../core/missing.ts' does not exist"],
    ['[x](#another-heading)', "'#another-heading' names no heading there"],
    ['[x](manifest.md#nowhere)', "'manifest.md#nowhere' names no heading there"],
    ['[x](https://)', "'https://' is no valid address"],
    ['see `core/run/missing.ts`', "'core/run/missing.ts' does not exist"],
    ['see `core/missing/`', "'core/missing/' does not exist"],
  ])('refuses in a document %s', (text, problem) => {
    expect(inDocument(text)).toEqual([`docs/planted.md:2 ${problem}`]);
  });

  it.each([
    '[x](manifest.md)',
    '[x](../README.md#output)',
    '[x](#a-heading)',
    '[x](https://example.com/)',
    '`core/contract.ts`, `core/`, `data/chunk-000042.csv` and `folder/matrix.npz`',
  ])('accepts in a document %s', (text) => {
    expect(inDocument(text)).toEqual([]);
  });

  it.each([
    ['@see docs/missing.md', "'docs/missing.md' does not exist"],
    ['@see docs/manifest.md#nowhere', "'docs/manifest.md#nowhere' names no heading there"],
    ['@see DESIGN', "'DESIGN' does not exist"],
    ['@see DESIGN, decision 2', "'DESIGN' does not exist"],
    ['@see docs/csv-text.md, Letters', "'docs/csv-text.md' has no heading 'Letters'"],
    ['as `core/missing.ts` does', "'core/missing.ts' does not exist"],
  ])('refuses in a comment %s', (text, problem) => {
    expect(inComment(text)).toEqual([`core/planted.ts:2 ${problem}`]);
  });

  it('accepts in a comment what is there', () => {
    expect(inComment('@see docs/operations.md#append-and-overwrite')).toEqual([]);
    expect(inComment('@see docs/csv-text.md, Numbers')).toEqual([]);
    expect(inComment('@see https://example.com/ and `core/errors.ts`')).toEqual([]);
  });

  it('makes anchors as GitHub does', () => {
    expect(anchorOf('Finalize (`lambdas/finalize`)')).toBe('finalize-lambdasfinalize');
  });
});
