import { describe, expect, it } from 'vitest';
import { UnsupportedRule } from '#local/events/event-errors.ts';
import { compileEventPattern } from '#local/events/event-pattern.ts';

const event = {
  source: 'aws.s3',
  detail: { bucket: { name: 'box' }, object: { key: 'in/x.npz', size: 12 }, tags: ['a', 'b'] },
};

const key = (...matchers: unknown[]) => ({ detail: { object: { key: matchers } } });
const size = (...matchers: unknown[]) => ({ detail: { object: { size: matchers } } });

describe('an event pattern', () => {
  it.each([
    ['an exact value', { source: ['aws.s3'] }, true],
    ['one value of several', { source: ['aws.ec2', 'aws.s3'] }, true],
    ['another value', { source: ['aws.ec2'] }, false],
    ['every field, one of which differs', { source: ['aws.s3'], ...key('y') }, false],
    ['an absent field', { account: ['1'] }, false],
    ['an item of a list', { detail: { tags: ['b'] } }, true],
    ['a prefix', key({ prefix: 'in/' }), true],
    ['a suffix', key({ suffix: '.npz' }), true],
    ['another suffix', key({ suffix: '.csv' }), false],
    ['a wildcard', key({ wildcard: 'in/*.npz' }), true],
    ['a wildcard that takes dots literally', key({ wildcard: 'in/*Xnpz' }), false],
    ['any case', key({ 'equals-ignore-case': 'IN/X.NPZ' }), true],
    ['anything but a value', key({ 'anything-but': ['in/x.npz'] }), false],
    ['anything but a prefix', key({ 'anything-but': { prefix: 'out/' } }), true],
    ['a number in a range', size({ numeric: ['>', 10, '<=', 12] }), true],
    ['a number outside a range', size({ numeric: ['>', 12] }), false],
    ['a field that exists', key({ exists: true }), true],
    ['a field that must not exist', key({ exists: false }), false],
    ['a missing field that must not exist', { detail: { none: [{ exists: false }] } }, true],
  ])('matches %s as EventBridge does', (_, pattern, expected) => {
    expect(compileEventPattern(pattern)(event)).toBe(expected);
  });

  it.each([
    ['cidr', key({ cidr: '10.0.0.0/8' })],
    ['$or', { $or: [{ source: ['x'] }] }],
    ['must be a list', { source: 'aws.s3' }],
    ['numeric', size({ numeric: ['~', 1] })],
  ])('fails at load when it holds what is not known: %s', (name, pattern) => {
    const load = () => compileEventPattern(pattern);
    expect(load).toThrow(UnsupportedRule);
    expect(load).toThrow(name);
  });
});
