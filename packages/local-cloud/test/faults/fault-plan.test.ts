import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FaultInjector, type InjectedFault } from '#local/faults/fault-injector.ts';
import { chooseFault, FAULT_KINDS, type FaultPlan } from '#local/faults/fault-plan.ts';

const plan: FaultPlan = {
  name: 'a',
  seed: 7,
  kinds: ['s3-reset', 's3-slow-down', 'lambda-killed'],
  rate: 0.3,
  about: ['mine'],
};
const request = { operation: 's3 GET', kinds: ['s3-reset', 's3-slow-down'] as const, subject: '' };

describe('chooseFault', () => {
  it('decides by seed, operation and count alone', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), fc.nat(), (seed, operation, count) => {
        const asked = { ...request, operation };
        const twice = [1, 2].map(() => chooseFault({ ...plan, seed }, asked, count));
        expect(twice[0]).toEqual(twice[1]);
      }),
    );
  });

  it('spoils about as many requests as the rate says, by all kinds that can befall them', () => {
    const faults = Array.from({ length: 10_000 }, (_, count) => chooseFault(plan, request, count));
    const spoiled = faults.filter((fault) => fault !== undefined);
    expect(spoiled.length).toBeGreaterThan(2800);
    expect(spoiled.length).toBeLessThan(3200);
    expect(new Set(spoiled.map(({ kind }) => kind))).toEqual(new Set(request.kinds));
    for (const { degree } of spoiled) expect(degree).toBeLessThan(1);
  });

  it('leaves requests alone that none of its kinds can befall', () => {
    const other = { ...request, kinds: ['dynamodb-reset'] as const };
    const faults = Array.from({ length: 100 }, (_, count) => chooseFault(plan, other, count));
    expect(faults.every((fault) => fault === undefined)).toBe(true);
  });
});

describe('FaultInjector', () => {
  const always = { ...plan, rate: 1, kinds: FAULT_KINDS };

  it('spoils what a plan names, reports it, and stops when the plan ends', () => {
    const told: InjectedFault[] = [];
    const faults = new FaultInjector((fault) => told.push(fault));
    expect(faults.faultOf({ ...request, subject: '/mine/x' })).toBeUndefined();
    faults.begin(always);
    expect(faults.faultOf({ ...request, subject: '/other/x' })).toBeUndefined();
    const fault = faults.faultOf({ ...request, subject: '/mine/x' });
    expect(told).toEqual([{ ...fault, plan: 'a', operation: 's3 GET', count: 0 }]);
    faults.end('a');
    expect(faults.faultOf({ ...request, subject: '/mine/x' })).toBeUndefined();
  });

  it('counts each operation apart', () => {
    const told: InjectedFault[] = [];
    const faults = new FaultInjector((fault) => told.push(fault));
    faults.begin(always);
    for (const operation of ['s3 GET', 's3 PUT', 's3 GET']) {
      faults.faultOf({ ...request, operation, subject: 'mine' });
    }
    expect(told.map(({ operation, count }) => `${operation} ${count}`)).toEqual([
      's3 GET 0',
      's3 PUT 0',
      's3 GET 1',
    ]);
  });
});
