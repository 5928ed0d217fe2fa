import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  ARRIVAL_ERRORS,
  PERMANENT_ERRORS,
  TIMEOUT_ERRORS,
  TRANSIENT_ERRORS,
} from '#core/contract.ts';
import { alarmsOf } from '#support/alarms/alarms-of.ts';
import { templateOf } from '#support/synthesize.ts';

const NAMED = [...PERMANENT_ERRORS, ...TRANSIENT_ERRORS, ...TIMEOUT_ERRORS, ...ARRIVAL_ERRORS];

test('has a section for each alarm, which the alarm names', async () => {
  const text = await readFile(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const sections = [...text.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
  const named = Object.values(alarmsOf(templateOf(() => ({ monitoring: {} })))).map(
    ({ AlarmDescription }) => AlarmDescription.split('docs/runbook.md#')[1],
  );
  expect(named.toSorted()).toEqual(sections.toSorted());
});

test('has a section for each error that a step may end with', async () => {
  const text = await readFile(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name!);
  expect(sections).toEqual(expect.arrayContaining(NAMED));
  const ours = sections.filter((name) => !name.includes('.') && name !== 'Alarms');
  expect(ours.toSorted()).toEqual(NAMED.toSorted());
});
