import { expect, it } from 'vitest';
import { assertPartBytes } from '#core/outputs/part-bytes.ts';
import { PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';

const { least, most } = PART_BYTES_OF_OBJECT;

it('takes parts of 5 MiB to 5 GiB, and a shorter last one', () => {
  assertPartBytes({ number: 1, bytes: least, isLast: false });
  assertPartBytes({ number: 1, bytes: most, isLast: false });
  assertPartBytes({ number: 2, bytes: 0, isLast: true });
});

it('fails for any other, and says what to ask for', () => {
  const short = () => assertPartBytes({ number: 3, bytes: least - 1, isLast: false });
  expect(short).toThrow(
    'part 3 of the object has 5242879 bytes, and a part has at least 5242880 before the last one; ask for larger chunks',
  );
  const long = () => assertPartBytes({ number: 4, bytes: most + 1, isLast: true });
  expect(long).toThrow(/has at most 5368709120; ask for smaller chunks$/);
});
