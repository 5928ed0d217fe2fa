import { type Expression, type StringLiteral, Visitor } from 'oxc-parser';
import { COMPUTED } from './proof-rules.ts';
import { lineOf, parseFile, type SourceFile } from './source-file.ts';

/** One place of a file that names a module. */
export interface ImportSite {
  /** As it is written, or {@link COMPUTED}. */
  readonly specifier: string;
  readonly line: number;
}

/**
 * Every place of a file that names a module: `import` and `export … from` (of types too),
 * `import()`, `import('…').Type`, `import x = require('…')` and `require('…')`.
 */
export function readImports(source: SourceFile): readonly ImportSite[] {
  const sites: ImportSite[] = [];
  const add = (named: Expression | StringLiteral | null): void => {
    if (named === null) return;
    const specifier =
      named.type === 'Literal' && typeof named.value === 'string' ? named.value : COMPUTED;
    sites.push({ specifier, line: lineOf(source, named.start) });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    TSExternalModuleReference: (node) => add(node.expression),
    CallExpression: ({ callee, arguments: [named] }) => {
      if (callee.type !== 'Identifier' || callee.name !== 'require') return;
      if (named !== undefined && named.type !== 'SpreadElement') add(named);
    },
  }).visit(parseFile(source));
  return sites;
}
