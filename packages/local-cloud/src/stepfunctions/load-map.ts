import type { ItemBatcher, ItemReader, Machine, MapState, ResultWriter } from './definition.ts';
import type { Fields } from './fields.ts';

/** The fields of a Map that other states do not have. */
type MapFields = Omit<
  MapState,
  'type' | 'name' | 'next' | 'retry' | 'catchers' | 'output' | 'assign'
>;

function loadReader(fields: Fields): ItemReader {
  fields.word('Resource', ['arn:aws:states:::s3:getObject']);
  const config = fields.nested('ReaderConfig');
  const reader: ItemReader = {
    arguments: fields.json('Arguments') ?? {},
    inputType: config?.word('InputType', ['JSON', 'JSONL']) ?? 'JSON',
    maxItems: config?.numeric('MaxItems', 0),
    itemsPointer: config?.text('ItemsPointer'),
  };
  config?.refuseRest();
  fields.refuseRest();
  if (reader.itemsPointer !== undefined && reader.inputType === 'JSONL') {
    throw fields.schemaError('ItemsPointer is for InputType JSON', 'ReaderConfig/ItemsPointer');
  }
  return reader;
}

function loadBatcher(fields: Fields): ItemBatcher {
  const batcher: ItemBatcher = {
    maxItemsPerBatch: fields.numeric('MaxItemsPerBatch', 1),
    maxInputBytesPerBatch: fields.numeric('MaxInputBytesPerBatch', 1),
    batchInput: fields.json('BatchInput'),
  };
  fields.refuseRest();
  if (batcher.maxItemsPerBatch === undefined && batcher.maxInputBytesPerBatch === undefined) {
    throw fields.schemaError('MaxItemsPerBatch or MaxInputBytesPerBatch must be given');
  }
  return batcher;
}

function loadWriter(fields: Fields): ResultWriter {
  const resource = fields.word('Resource', ['arn:aws:states:::s3:putObject']);
  const destination = fields.json('Arguments');
  const config = fields.nested('WriterConfig');
  // Without WriterConfig an export keeps each child's metadata, as it did before that field
  // existed.
  const writer: ResultWriter = {
    arguments: destination,
    transformation: config?.word('Transformation', ['NONE', 'COMPACT', 'FLATTEN']) ?? 'NONE',
    outputType: config?.word('OutputType', ['JSON', 'JSONL']) ?? 'JSON',
  };
  config?.refuseRest();
  fields.refuseRest();
  if ((resource === undefined) !== (destination === undefined)) {
    throw fields.schemaError('Resource and Arguments go together');
  }
  if (destination === undefined && writer.outputType === 'JSONL') {
    throw fields.unsupported('WriterConfig.OutputType JSONL without Resource');
  }
  if (destination === undefined && config === undefined) {
    throw fields.schemaError('ResultWriter must not be empty');
  }
  return writer;
}

function loadExecutionType(processor: Fields): 'STANDARD' | 'EXPRESS' {
  const config = processor.nested('ProcessorConfig');
  // A processor without Mode is INLINE.
  if (config?.word('Mode', ['DISTRIBUTED']) === undefined) {
    throw processor.unsupported('ProcessorConfig.Mode INLINE');
  }
  const type = config.word('ExecutionType', ['STANDARD', 'EXPRESS']);
  config.refuseRest();
  if (type === undefined) {
    throw processor.schemaError('Missing required field', 'ProcessorConfig/ExecutionType');
  }
  return type;
}

/**
 * Loads what a Distributed Map has beside the common fields.
 *
 * @param loadProcessor loads the machine that its children run.
 * @throws {InvalidDefinition} @throws {UnsupportedDefinition}
 */
export function loadMap(fields: Fields, loadProcessor: (processor: Fields) => Machine): MapFields {
  const processor = fields.nested('ItemProcessor');
  if (processor === undefined) throw fields.schemaError('Missing required field', 'ItemProcessor');
  const executionType = loadExecutionType(processor);
  const [reader, batcher, writer] = ['ItemReader', 'ItemBatcher', 'ResultWriter'].map((field) =>
    fields.nested(field),
  );
  const label = fields.text('Label');
  if (label !== undefined && !/^[\w.-]{1,40}$/.test(label)) {
    throw fields.schemaError(
      'Label is longer than 40 characters or has others than A-Za-z0-9_.-',
      'Label',
    );
  }
  return {
    executionType,
    label,
    processor: loadProcessor(processor),
    itemReader: reader && loadReader(reader),
    itemBatcher: batcher && loadBatcher(batcher),
    resultWriter: writer && loadWriter(writer),
    items: fields.json('Items'),
    itemSelector: fields.json('ItemSelector'),
    maxConcurrency: fields.numeric('MaxConcurrency', 0),
    toleratedFailureCount: fields.numeric('ToleratedFailureCount', 0),
    toleratedFailurePercentage: fields.numeric('ToleratedFailurePercentage', 0, 100),
  };
}
