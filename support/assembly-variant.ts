import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** File of the template in an assembly of this checkout's stack. */
const TEMPLATE_FILE = 'SparseFanout.template.json';

/** Writes an assembly that differs from another in its template only. */
export async function writeVariant(
  outdir: string,
  templateText: string,
  directory: string,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(outdir)) {
    if (name !== TEMPLATE_FILE) await symlink(resolve(outdir, name), join(directory, name));
  }
  await writeFile(join(directory, TEMPLATE_FILE), templateText);
}

/** The text of an assembly's template. */
export async function templateText(outdir: string): Promise<string> {
  return await readFile(join(outdir, TEMPLATE_FILE), 'utf8');
}
