import { loadDefinition } from '@sparse-fanout/local-cloud/stepfunctions/load.ts';
import { definitionOf, templateOf } from '#support/synthesize.ts';

/** The template has references where a deployed definition has names of resources. */
function withArns(definition: string): string {
  return definition
    .replaceAll('<AWS::Partition>', 'aws')
    .replaceAll(/<(\w+)\.Arn>/g, 'arn:aws:lambda:us-east-1:123456789012:function:$1');
}

/** The Retry list of the state that invokes the writer, out of the synthesized state machine. */
export function renderedRetry() {
  const machine = loadDefinition(withArns(JSON.stringify(definitionOf(templateOf()))));
  const map = machine.states.get('WriteChunks');
  if (map?.type !== 'Map') throw new Error('the state machine has no Map WriteChunks');
  const task = map.processor.states.get('WriteChunk');
  if (task?.type !== 'Task') throw new Error('the Map has no Task WriteChunk');
  return task.retry;
}
