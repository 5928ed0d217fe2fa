import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path/posix';
import { parseSync } from 'oxc-parser';
import { lineOf, type SourceFile } from './source-file.ts';

/** A place of a document or of a doc comment that names something. */
interface Reference {
  readonly target: string;
  readonly offset: number;
  /** What follows the target behind a comma. */
  readonly heading?: string | undefined;
}

const MARKDOWN_LINK = /\]\(([^)\s]+)\)/g;
const SEE = /@see\s+([^\s,]+)(?:, ([^\n]+))?/g;

/** A path from the root in backticks: `core/run/run-id.ts`, `core/outputs`, `docs/`. */
const BACKTICKED = /`((?:[\w.@-]+\/)+(?:[\w.@-]+)?)`/g;

/** All documents of the repository. */
export function readDocuments(root: string): readonly SourceFile[] {
  const files = globSync('{*,{docs,examples,bench,python,packages,campaigns}/**/*}.md', {
    cwd: root,
    exclude: (at) => ['node_modules', 'dist'].includes(path.basename(at)),
  });
  return files.sort().map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
}

/** The anchor that a heading gets, as GitHub makes it. */
export function anchorOf(heading: string): string {
  const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
  return plain.trim().replaceAll(/\s/g, '-');
}

function anchorsOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!)));
}

function matches(text: string, pattern: RegExp, start = 0): readonly Reference[] {
  return [...text.matchAll(pattern)].map((match) => ({
    target: match[1]!,
    heading: match[2],
    offset: start + match.index,
  }));
}

/** What is wrong with a link; its path is taken from `folder`. */
function linkProblem(root: string, { file, text }: SourceFile, target: string, folder: string) {
  if (/^[a-z]+:/.test(target)) {
    return URL.canParse(target) ? undefined : 'is no valid address';
  }
  const [name = '', anchor] = target.split('#');
  const at = path.join(root, name === '' ? file : path.join(folder, name));
  if (name !== '' && !existsSync(at)) return 'does not exist';
  if (anchor === undefined) return undefined;
  const named = name === '' ? text : readFileSync(at, 'utf8');
  return anchorsOf(named).has(anchor) ? undefined : 'names no heading there';
}

function say(source: SourceFile, { target, offset }: Reference, problem: string): string {
  return `${source.file}:${lineOf(source, offset)} '${target}' ${problem}`;
}

/**
 * Paths in backticks that begin with a folder of the root that is not hidden, and lead nowhere:
 * neither from the root nor from the folder of the file that names them.
 */
function stalePaths(
  root: string,
  source: SourceFile,
  references: readonly Reference[],
): readonly string[] {
  return references
    .filter(({ target }) => !target.startsWith('.'))
    .filter(({ target }) => existsSync(path.join(root, target.split('/')[0]!)))
    .filter(({ target }) => !existsSync(path.join(root, target)))
    .filter(({ target }) => !existsSync(path.join(root, path.dirname(source.file), target)))
    .map((reference) => say(source, reference, 'does not exist'));
}

/** Links and paths of a document that lead nowhere, a line each. */
export function checkDocument(root: string, source: SourceFile): readonly string[] {
  const links = matches(source.text, MARKDOWN_LINK).flatMap((reference) => {
    const folder = path.dirname(source.file);
    const problem = linkProblem(root, source, reference.target, folder);
    return problem === undefined ? [] : [say(source, reference, problem)];
  });
  return [...links, ...stalePaths(root, source, matches(source.text, BACKTICKED))];
}

/** What is wrong with a file, or with the heading named behind it, which may be cut short. */
function seeProblem(root: string, source: SourceFile, { target, heading }: Reference) {
  const file = target.replace(/[.;]$/, '');
  const problem = linkProblem(root, source, file, '');
  if (problem !== undefined || heading === undefined || !file.endsWith('.md')) return problem;
  const headings = readFileSync(path.join(root, file), 'utf8').matchAll(/^#+ (.*)$/gm);
  const isThere = [...headings].some(([, text]) => text!.startsWith(heading.trim()));
  return isThere ? undefined : `has no heading '${heading.trim()}'`;
}

/** `@see` and paths in the comments of a source file that lead nowhere, a line each. */
export function checkComments(root: string, source: SourceFile): readonly string[] {
  const { comments } = parseSync(source.file, source.text);
  return comments.flatMap(({ value, start }) => {
    const seen = matches(value, SEE, start + 2).flatMap((reference) => {
      const problem = seeProblem(root, source, reference);
      return problem === undefined ? [] : [say(source, reference, problem)];
    });
    return [...seen, ...stalePaths(root, source, matches(value, BACKTICKED, start + 2))];
  });
}
