/** What one step of CONTRIBUTING.md comes to for a toy. */
export interface ToyEdit {
  /** What the step names, with the toy's name. */
  readonly path: string;
  /** Each text that stands there once, and what it becomes. */
  readonly replace?: readonly (readonly [text: string, becomes: string])[];
  /** What the compiler or the command of the step says where the step is left out. */
  readonly leftOut: RegExp;
}

/** A kind that is added to a copy of the tree. */
export interface Toy {
  /** Heading in CONTRIBUTING.md. */
  readonly heading: string;
  readonly name: string;
  readonly edits: readonly ToyEdit[];
  /** Most files and folders that may be touched outside the folder of the kind. */
  readonly maxFiles: number;
}

const KINDS = 'core/outputs/output-kinds.ts';
const CSV_SPEC = "import { csvSpec } from './csv/csv-spec.ts';\n";
const CSV_SECTION = "import { csvSection } from './csv/csv-section.ts';\n";
const CSV_OUTPUT = "import { csvOutput } from './csv/csv-output.ts';\n";

const SCHEMA: ToyEdit = { path: 'docs/manifest.schema.json', leftOut: /is the schema that/ };

function importOf(name: string, file: string): string {
  return `import { ${name} } from './triples/${file}.ts';\n`;
}

export const TOY_OUTPUT: Toy = {
  heading: 'Add an output',
  name: 'triples',
  maxFiles: 3,
  edits: [
    { path: 'core/outputs/triples/', leftOut: /output-kinds\.ts.*Cannot find module '.\/triples/ },
    {
      path: KINDS,
      replace: [
        [CSV_SPEC, CSV_SPEC + importOf('triplesSpec', 'triples-spec')],
        ['  csvSpec,\n', '  csvSpec,\n  triplesSpec,\n'],
      ],
      leftOut: /output-kinds\.ts.*Type '"triples"' is not comparable/,
    },
    {
      path: KINDS,
      replace: [
        [CSV_SECTION, CSV_SECTION + importOf('triplesSection', 'triples-section')],
        ['  csvSection,\n', '  csvSection,\n  triplesSection,\n'],
      ],
      leftOut: /output-kinds\.ts.*Type '"triples"' is not assignable to type '"csv"/s,
    },
    {
      path: KINDS,
      replace: [
        [CSV_OUTPUT, CSV_OUTPUT + importOf('triplesOutput', 'triples-output')],
        [
          'return csvOutput(spec);\n',
          "return csvOutput(spec);\n    case 'triples':\n      return triplesOutput(spec);\n",
        ],
      ],
      leftOut: /output-kinds\.ts.*lacks ending return statement/,
    },
    SCHEMA,
  ],
};

export const TOY_FORMAT: Toy = {
  heading: 'Add a source format',
  name: 'toy',
  maxFiles: 3,
  edits: [
    {
      path: 'core/sparse/formats/toy/',
      leftOut: /find-format\.ts.*Cannot find module '.\/toy\/toy\.ts'/,
    },
    {
      path: 'core/sparse/formats/format-names.ts',
      replace: [["  '10x-mtx',\n]", "  '10x-mtx',\n  'toy',\n]"]],
      leftOut: /toy\.ts.*Type '"toy"' is not assignable/,
    },
    {
      path: 'core/sparse/formats/find-format.ts',
      replace: [
        [
          "import { svmlight } from './svmlight/svmlight.ts';\n",
          "import { svmlight } from './svmlight/svmlight.ts';\nimport { toy } from './toy/toy.ts';\n",
        ],
        ['  mtx,\n', '  mtx,\n  toy,\n'],
      ],
      leftOut: /find-format\.ts.*Property 'toy' is missing/,
    },
    SCHEMA,
  ],
};
