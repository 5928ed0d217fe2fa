import { expect, test } from 'vitest';
import { EventHeap } from '#core/cost/event-heap.ts';
import { mulberry32 } from '#core/cost/mulberry32.ts';

test('events are taken in the order of their times, whatever the order in which they came', () => {
  const random = mulberry32(5);
  const times = Array.from({ length: 500 }, () => Math.floor(random() * 100));
  const heap = new EventHeap(times.length);
  expect(heap.earliest).toBe(Number.POSITIVE_INFINITY);
  times.forEach((time, slot) => {
    heap.add(time, slot);
  });
  const taken: number[] = [];
  const slots = new Set<number>();
  while (heap.earliest < Number.POSITIVE_INFINITY) {
    const { earliest } = heap;
    const slot = heap.take();
    expect(times[slot]).toBe(earliest);
    slots.add(slot);
    taken.push(earliest);
  }
  expect(taken).toEqual(times.toSorted((a, b) => a - b));
  expect(slots.size).toBe(times.length);
});
