import type { RequestDefaults } from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import { isObject } from './raw-request.ts';
import { parseRequest } from './request.ts';
import { parseTableRequest } from './table-request.ts';
import { saidWing } from './wing.ts';
import { presetWing, type Wing } from './wing-fields.ts';

const PARSERS: Readonly<Record<Wing, (request: unknown, presets?: RequestDefaults) => unknown>> = {
  matrix: parseRequest,
  table: parseTableRequest,
};

/** Stands for the source that each request brings. */
const ANY_SOURCE: Readonly<Record<Wing, string>> = {
  matrix: 's3://bucket/matrix.npz',
  table: 's3://bucket/table.csv',
};

/** What is wrong with a request of a wing; empty if nothing is. */
function problemsOf(wing: Wing, request: unknown, presets: RequestDefaults): readonly string[] {
  try {
    PARSERS[wing](request, presets);
    return [];
  } catch (error) {
    if (error instanceof RequestError) return error.problems;
    throw error;
  }
}

/**
 * What is wrong with the sections of a request that a deployment presets, one sentence each; empty
 * if nothing is. They are parsed as they will be with every request.
 */
export function presetProblems(presets: RequestDefaults): readonly string[] {
  if ('source' in presets) return ['source belongs to each request, leave it out'];
  const wing = presetWing(presets);
  return problemsOf(wing, { source: ANY_SOURCE[wing] }, presets);
}

/**
 * What is wrong with a request, one sentence each; empty if nothing is. Where only the source can
 * say of which wing it is, a request is right that is right for one of them.
 */
export function requestProblems(request: unknown, presets: RequestDefaults): readonly string[] {
  const said = isObject(request) ? saidWing(request) : undefined;
  const ofMatrix = problemsOf(said ?? 'matrix', request, presets);
  if (said !== undefined || ofMatrix.length === 0) return ofMatrix;
  return problemsOf('table', request, presets).length === 0 ? [] : ofMatrix;
}
