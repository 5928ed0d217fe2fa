import type { Template } from 'aws-cdk-lib/assertions';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf } from '#support/synthesize.ts';
import { type AlarmOfTemplate, fires, type Samples } from './evaluate-alarm.ts';

/** The alarms of a template, by their short names such as `TriesFailed`. */
export function alarmsOf(template: Template): Readonly<Record<string, AlarmOfTemplate>> {
  const found = Object.entries(resourcesOf(template, 'AWS::CloudWatch::Alarm'));
  return Object.fromEntries(
    found.map(([id, { Properties }]) => [
      id.replace(/^.*Monitoring/, ''),
      resolved(Properties) as AlarmOfTemplate,
    ]),
  );
}

/** Names of the alarms that fire at any time of some minutes. */
export function firing(
  alarms: Readonly<Record<string, AlarmOfTemplate>>,
  samples: Samples,
  minutes: number,
): readonly string[] {
  return Object.keys(alarms)
    .filter((name) => fires(alarms[name]!, samples, minutes))
    .sort();
}
