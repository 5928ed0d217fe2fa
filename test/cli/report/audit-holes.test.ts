import { describe, expect, it } from 'vitest';
import { auditHoles } from '#cli/report/audit-holes.ts';
import { RunAudit } from '#cli/report/run-audit.ts';
import { timelineOf } from '#cli/report/timeline.ts';
import { madeUpAudit, madeUpRecord } from '#support/made-up-run.ts';

const started = '2026-11-29T10:00:00.000Z';
const chunk = { planned: '', status: 'done', started } as const;

describe('auditHoles', () => {
  it('finds none in a whole trail', () => {
    const audit = madeUpAudit({ chunks: 200 });
    expect(auditHoles(audit, { planned: 200, isRunning: false })).toEqual([]);
  });

  it('names tries that are counted and not recorded, and chunks without a state', () => {
    const audit = new RunAudit();
    audit.chunk({ ...chunk, index: 60, tries: 3 });
    audit.try({ index: 60, attempt: 2, started, finished: started, outcome: 'ThrottledError' });
    audit.try({ index: 60, attempt: 3, started, finished: started, outcome: 'done' });
    audit.try({ index: 7, attempt: 1, started, finished: started, outcome: 'done' });
    expect(auditHoles(audit, { planned: 1, isRunning: false })).toEqual([
      '1 try is counted but not recorded (chunks 60): a writer was killed between its two writes.',
      'Tries are recorded of chunks 7, but no state of them.',
    ]);
  });

  it('counts chunks that have no record, tries without an end and dates that are none', () => {
    const audit = new RunAudit();
    audit.chunk({ ...chunk, index: 0, tries: 1, status: 'running' });
    audit.try({ index: 0, attempt: 1, started: 'yesterday' });
    const ended = auditHoles(audit, { planned: 4, isRunning: false });
    expect(ended).toEqual([
      '3 of 4 planned chunks have no record: they were never started, or their items have expired.',
      'Tries without an end: 1. Of each its writer was killed.',
      'Tries without a date that can be read: 1. They are not drawn.',
    ]);
    expect(auditHoles(audit, { planned: 4, isRunning: true })[0]).toMatch('it runs, or');
    expect(auditHoles(audit, { planned: undefined, isRunning: false })[0]).toMatch('The plan');
  });
});

describe('timelineOf', () => {
  it('ends a killed try where the next one of its chunk begins, or at the last moment', () => {
    const audit = new RunAudit();
    const at = (second: number) => new Date(Date.parse(started) + second * 1000).toISOString();
    audit.try({ index: 1, attempt: 2, started: at(30), finished: at(50), outcome: 'done' });
    audit.try({ index: 1, attempt: 1, started: at(0) });
    audit.try({ index: 2, attempt: 1, started: at(10) });
    audit.try({ index: 3, attempt: 1, started: 'never' });
    const { tries, end } = timelineOf({ ...madeUpRecord({ chunks: 1 }), audit });
    expect(end).toBe(50);
    expect([...tries.column('index')]).toEqual([1, 1, 2]);
    expect([...tries.column('start')]).toEqual([30, 0, 10]);
    expect([...tries.column('end')]).toEqual([50, 30, 50]);
  });
});
