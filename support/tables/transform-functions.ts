/** Functions that the transforms of a campaign and of a benchmark call. */

export const vowels = {
  parameters: ['VARCHAR'],
  returns: 'INTEGER',
  apply: (text: string): number => text.match(/[aeiou]/gi)?.length ?? 0,
};

export const clamped = {
  parameters: ['DOUBLE', 'DOUBLE', 'DOUBLE'],
  returns: 'DOUBLE',
  apply: (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high),
};
