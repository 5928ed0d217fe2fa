import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowCrc } from '#core/outputs/csv/gzip/row-crc.ts';

it('is the CRC-32 of what was added, stretches of the template and bytes', () => {
  const anyCells = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 60 });
  const anySteps = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 20 })));
  fc.assert(
    fc.property(anyCells, anySteps, (cells, steps) => {
      const bytes = Buffer.concat(cells);
      const starts = new Uint32Array(cells.length + 1);
      for (const [i, cell] of cells.entries()) starts[i + 1] = starts[i]! + cell.length;
      const crc = new RowCrc({ bytes, starts });
      const added: Uint8Array[] = [];
      for (const [a, b, more] of steps) {
        const [from = 0, to = 0] = [a, b].map((n) => n % starts.length).sort((x, y) => x - y);
        crc.addCells(from, to);
        crc.addBytes(Buffer.concat([more, Buffer.from('behind')]), more.length);
        added.push(bytes.subarray(starts[from], starts[to]), more);
        expect(crc.bytes).toBe(Buffer.concat(added).length);
      }
      const text = Buffer.concat(added);
      expect(crc.figures).toEqual({ bytes: text.length, crc32: crc32(text) });
    }),
  );
});

it('takes stretches of any length', () => {
  const bytes = new Uint8Array(0x2345678).map((_, i) => i * 31);
  const starts = Uint32Array.of(0, 1, 0x1234, 0x2345677, bytes.length);
  const crc = new RowCrc({ bytes, starts });
  crc.addCells(1, 3);
  crc.addCells(0, 4);
  const text = Buffer.concat([bytes.subarray(1, 0x2345677), bytes]);
  expect(crc.figures.crc32).toBe(crc32(text));
});
