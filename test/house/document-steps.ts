import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** One numbered step of a section of CONTRIBUTING.md. */
export interface DocumentStep {
  /** File or folder that it begins with; a folder of a kind has a word in angle brackets. */
  readonly path: string;
  /** The command that does it, without `npx`, if it names one. */
  readonly command: readonly string[] | undefined;
}

function stepOf(text: string): DocumentStep {
  const [, path = ''] = /^`([^`]+)`: /.exec(text) ?? [];
  const [, command] = /`npx ([^`]+)`/.exec(text) ?? [];
  return { path, command: command?.split(' ') };
}

/** The numbered steps of the section with this heading, in order. */
export function readSteps(heading: string): readonly DocumentStep[] {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const items = section.matchAll(/^\d+\. (.+(?:\n {3}.+)*)/gm);
  return [...items].map(([, item = '']) => stepOf(item.replace(/\n +/g, ' ')));
}
