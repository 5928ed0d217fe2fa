import { describe, expect, it } from 'vitest';
import { billedSize, dollars } from '#core/cost/cost-text.ts';

describe('dollars', () => {
  it.each([
    [0, '$0.00'],
    [0.00005, '$0.000050'],
    [0.0034, '$0.0034'],
    [0.155, '$0.16'],
    [9.5, '$9.50'],
    [155.4, '$155'],
    [4_600, '$4,600'],
  ])('writes %d', (amount, text) => {
    expect(dollars(amount)).toBe(text);
  });
});

describe('billedSize', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_500_000_000, '1.5 GB'],
    [200e12, '200 TB'],
    [512e15, '512 PB'],
    [5e18, '5000 PB'],
  ])('writes %d', (bytes, text) => {
    expect(billedSize(bytes)).toBe(text);
  });
});
