/**
 * Recordings of Distributed Maps in JSONPath, written in JSONata: the same states in the same
 * order, with each JSONPath field replaced by the expression of the same meaning. These are left
 * out, because JSONata has nothing of the same meaning:
 *
 * - `…--nonumber`, `…--tolerated-failure-count-value0`: their error is about the JSONPath field
 *   itself.
 * - `map-item-reader-base-json-with-items-path--…`: `ItemsPath` beside `ItemReader`, which AWS
 *   ignores in JSONPath.
 * - `map-item-reader-csv-…`: the CSV reader is not implemented.
 */

type States = Readonly<Record<string, object>>;

const input = (path: string) => `{% $states.input.${path} %}`;

const ITEM_VALUE = '{% $states.context.Map.Item.Value %}';

/** `ResultPath: "$.<name>"` */
const resultPath = (name: string) => `{% $merge([$states.input, {'${name}': $states.result}]) %}`;

const READER = {
  ReaderConfig: { InputType: 'JSON' },
  Resource: 'arn:aws:states:::s3:getObject',
  Arguments: { Bucket: input('Bucket'), Key: input('Key') },
};

const readerWith = (config: object) => ({
  ...READER,
  ReaderConfig: { InputType: 'JSON', ...config },
});

const processor = (name: string, state: object = { Type: 'Pass', End: true }) => ({
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: name,
  States: { [name]: state },
});

const map = (name: string, fields: object) => ({
  Type: 'Map',
  MaxConcurrency: 1,
  ItemProcessor: processor(name),
  End: true,
  ...fields,
});

const machine = (states: States) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
});

const tolerating = (fields: object) =>
  machine({ MapState: map('HandleItem', { Items: input('Items'), ...fields }) });

const BY_COUNT = tolerating({ ToleratedFailureCount: input('ToleratedFailureCount') });

const BY_PERCENTAGE = tolerating({
  ToleratedFailurePercentage: input('ToleratedFailurePercentage'),
});

const FROM_INPUT = machine({
  MapState: map('IteratorInner', {
    ItemSelector: {
      constantValue: 'constant',
      mapValue: ITEM_VALUE,
      fromInput: '{% $states.input %}',
    },
    End: undefined,
    Next: 'Finish',
  }),
  Finish: { Type: 'Succeed' },
});

/** `Result: [1, 2, 3]` under `Values`, with variables. */
const start = (assign: object) => ({
  Type: 'Pass',
  Assign: assign,
  Output: { Values: [1, 2, 3] },
  Next: 'MapState',
});

const REENTRANT = machine({
  StartState: {
    Type: 'Pass',
    Output: { Iterations: 3, Values: '{% $range(0, 3, 1) %}' },
    Next: 'BeforeIteration',
  },
  BeforeIteration: {
    Type: 'Pass',
    Output: { Iterations: '{% $states.input.Iterations - 1 %}', Values: input('Values') },
    Next: 'IterationBody',
  },
  IterationBody: map('ProcessValue', {
    Items: input('Values'),
    Output: resultPath('Values'),
    End: undefined,
    Next: 'CheckIteration',
  }),
  CheckIteration: {
    Type: 'Choice',
    Choices: [{ Condition: '{% $states.input.Iterations = 0 %}', Next: 'Terminate' }],
    Default: 'BeforeIteration',
  },
  Terminate: { Type: 'Succeed' },
});

const JOBS = { innerJobs: [0, 1, 2, 3, 4] };

/** `ResultPath: null` keeps the input. */
const NESTED_JOBS = machine({
  InputValue: { Type: 'Pass', Output: { outerJobs: [JOBS, JOBS, JOBS, JOBS] }, Next: 'OuterMap' },
  OuterMap: map('InnerMap', {
    MaxConcurrency: 50,
    Items: input('outerJobs'),
    ItemSelector: { innerJobs: '{% $states.context.Map.Item.Value.innerJobs %}' },
    Output: '{% $states.input %}',
    ItemProcessor: processor('InnerMap', {
      ...map('ProcessJob', { MaxConcurrency: 9, Items: input('innerJobs') }),
      ItemSelector: { job: ITEM_VALUE },
      Output: '{% $states.input %}',
      ItemProcessor: processor('ProcessJob', {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'lambda_func_1', Payload: { job: input('job') } },
        End: true,
      }),
    }),
    End: undefined,
    Next: 'FinalState',
  }),
  FinalState: { Type: 'Pass', End: true },
});

const SUB_VALUES = [
  { num: 1, str: 'A' },
  { num: 2, str: 'B' },
];

const NESTED = machine({
  SetupState: {
    Type: 'Pass',
    Output: { values: [{ 'sub-values': SUB_VALUES }] },
    Next: 'MapState',
  },
  MapState: map('SubMapState', {
    Items: input('values'),
    ItemProcessor: processor(
      'SubMapState',
      map('SubMapStateSuccess', {
        Items: input('`sub-values`'),
        Output: resultPath('result'),
        ItemProcessor: processor('SubMapStateSuccess', { Type: 'Succeed' }),
      }),
    ),
  }),
});

/**
 * Numbers that a recording keeps as text. Fields of JSONPath accept text; for JSONata they are
 * translated to numbers.
 */
const number = (variable: string) => `{% $number($${variable}) %}`;

/** Definitions in JSONata by the id of the recording. */
export const TRANSLATIONS: Readonly<Record<string, object | undefined>> = {
  'assign-reference-in-map-state--map-state-reference-in-item-selector': machine({
    Start: start({ bucket: 'test-name' }),
    MapState: map('MapPass', {
      Items: input('Values'),
      ItemSelector: { value: ITEM_VALUE, bucketName: '$bucket' },
    }),
  }),
  'assign-reference-in-map-state--map-state-reference-in-tolerated-failure-path': machine({
    Start: start({ toleratedFailurePercentage: '1', toleratedFailureCount: '1' }),
    MapState: map('HandleItem', {
      Items: input('Values'),
      ToleratedFailurePercentage: number('toleratedFailurePercentage'),
      ToleratedFailureCount: number('toleratedFailureCount'),
    }),
  }),
  'assign-reference-in-map-state-max-items-path--map-state-reference-in-max-items-path': machine({
    Start: { Type: 'Pass', Assign: { maxItems: '2' }, Next: 'MapState' },
    MapState: map('PassItem', { ItemReader: readerWith({ MaxItems: number('maxItems') }) }),
  }),
  'assign-reference-in-map-state-max-items-path--map-state-reference-in-max-per-batch-path':
    machine({
      Start: {
        Type: 'Pass',
        Assign: { maxItemsPerBatch: '2', maxBytesPerBatch: '15000' },
        Next: 'BatchMapState',
      },
      BatchMapState: map('ProcessBatch', {
        ItemReader: readerWith({ MaxItems: 4 }),
        ItemBatcher: {
          MaxItemsPerBatch: number('maxItemsPerBatch'),
          MaxInputBytesPerBatch: number('maxBytesPerBatch'),
        },
      }),
    }),
  'map-item-reader-base-json-max-items': machine({
    MapState: map('PassItem', { ItemReader: readerWith({ MaxItems: 2 }) }),
  }),
  'map-item-reader-base-json': machine({ MapState: map('PassItem', { ItemReader: READER }) }),
  'map-item-reader-json-no-json-list-object': machine({
    MapState: map('PassItem', { ItemReader: READER }),
  }),
  'map-state-config-distributed-item-selector-parameters': machine({
    Start: {
      Type: 'Pass',
      Output:
        "{% $merge([$states.input, {'content': {'bucket': 'test-bucket', 'values': ['1', '2', '3']}}]) %}",
      Next: 'MapState',
    },
    MapState: map('IteratorInner', {
      Items: input('content.values'),
      ItemSelector: { bucketName: input('content.bucket'), value: ITEM_VALUE },
      End: undefined,
      Next: 'Finish',
    }),
    Finish: { Type: 'Succeed' },
  }),
  'map-state-config-distributed-item-selector': FROM_INPUT,
  // `Parameters` of a Map is the old name of `ItemSelector`.
  'map-state-config-distributed-parameters': FROM_INPUT,
  'map-state-config-distributed-items-path-from-previous': machine({
    PreviousState: {
      Type: 'Pass',
      Output: { result_value: ['item-value-from-previous'] },
      Next: 'MapState',
    },
    MapState: map('PassState', { Items: input('result_value') }),
  }),
  'map-state-config-distributed-reentrant': REENTRANT,
  'map-state-nested-config-distributed-no-max-max-concurrency': NESTED_JOBS,
  'map-state-nested-config-distributed': NESTED,
  'map-state-tolerated-failure-count-path--0': BY_COUNT,
  'map-state-tolerated-failure-count-path--1': BY_COUNT,
  'map-state-tolerated-failure-count-path--minus1': BY_COUNT,
  'map-state-tolerated-failure-percentage-path--0': BY_PERCENTAGE,
  'map-state-tolerated-failure-percentage-path--1-1': BY_PERCENTAGE,
  'map-state-tolerated-failure-percentage-path--100-1': BY_PERCENTAGE,
  'map-state-tolerated-failure-percentage-path--100': BY_PERCENTAGE,
  'map-state-tolerated-failure-percentage-path--minus1': BY_PERCENTAGE,
  'map-state-tolerated-failure-values--count-literal': machine({
    MapState: map('HandleItem', { ToleratedFailureCount: 10 }),
  }),
  'map-state-tolerated-failure-values--percentage-literal': machine({
    MapState: map('HandleItem', { ToleratedFailurePercentage: 0.5 }),
  }),
};
