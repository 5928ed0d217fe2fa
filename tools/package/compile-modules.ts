import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { compiledName, relativeSpecifier, type SourceTree } from './source-tree.ts';

/** The oldest Node that runs the package. */
const TARGET = 'node22';

/** What a file starts in a thread or process of its own, as esbuild prints it. */
const STARTED = /new URL\("(?:\.\/)?([\w-]+\.(?:ts|mjs))", import\.meta\.url\)/g;

/** Files to compile, and where. */
export interface Compilation {
  readonly tree: SourceTree;
  /** Paths from the root: what is started, and what is imported from outside. */
  readonly entries: readonly string[];
  /** Absolute. It gets the files at their paths below `base`. */
  readonly directory: string;
  /** Path from the root. @default the root */
  readonly base?: string;
}

/** What was compiled. */
export interface Compiled {
  /** Paths from the root. */
  readonly files: readonly string[];
  /** Specifiers of what must be installed. */
  readonly packages: readonly string[];
}

/** Leaves every import as it is, but names the files of the repository by their compiled names. */
function renameImports(tree: SourceTree, files: Set<string>, packages: Set<string>): Plugin {
  return {
    name: 'rename-imports',
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ kind, path: specifier, importer }) => {
        if (kind === 'entry-point') return undefined;
        const from = path.relative(tree.root, importer);
        const file = tree.fileOf(from, specifier);
        if (file === undefined) {
          packages.add(specifier);
          return { path: specifier, external: true };
        }
        files.add(file);
        return { path: relativeSpecifier(from, file), external: true };
      });
    },
  };
}

/** Compiles one file. @returns its text. */
async function compiledText(tree: SourceTree, file: string, plugin: Plugin): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: tree.root,
    entryPoints: [file],
    ...{ bundle: true, write: false, logLevel: 'silent', treeShaking: false },
    ...{ format: 'esm', platform: 'node', target: TARGET, charset: 'utf8' },
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [plugin],
  });
  return outputFiles[0]!.text;
}

/**
 * Compiles files, and all files of the repository that they import, to one ES module each, which
 * imports the others by relative paths and packages by their names.
 */
export async function compileModules(compilation: Compilation): Promise<Compiled> {
  const { tree, entries, directory, base = '' } = compilation;
  const files = new Set(entries);
  const packages = new Set<string>();
  const plugin = renameImports(tree, files, packages);
  const place = (file: string) => path.join(directory, path.relative(base, compiledName(file)));
  // What is added while it is walked is walked, too.
  for (const file of files) {
    mkdirSync(path.dirname(place(file)), { recursive: true });
    if (!file.endsWith('.ts')) {
      copyFileSync(path.join(tree.root, file), place(file));
      continue;
    }
    const text = await compiledText(tree, file, plugin);
    const renamed = text.replaceAll(STARTED, (_, name: string) => {
      files.add(path.join(path.dirname(file), name));
      return `new URL("./${compiledName(name)}", import.meta.url)`;
    });
    writeFileSync(place(file), renamed);
  }
  return { files: [...files], packages: [...packages].sort() };
}
