import { expect, it } from 'vitest';
import { COPY_KINDS } from '#core/tables/text/copy/copy-kernel.ts';
import { copyKinds } from '#core/tables/text/copy/copy-kinds.ts';

const { numeric, time, timestamptz, text } = COPY_KINDS;

it('knows types with and without what stands in parentheses', () => {
  const types = ['numeric(12,2)', 'time(6) without time zone', 'timestamp with time zone', 'text'];
  expect(copyKinds(types)).toEqual([numeric, time, timestamptz, text]);
});

it.each(['interval', 'jsonb', 'integer[]', 'mood', ''])('knows no kind of %o', (type) => {
  expect(copyKinds(['text', type])).toBeUndefined();
});
