import { expect, test } from 'vitest';
import type { EventObject } from '#local/events/event-pattern.ts';
import type { Happening } from '#local/happening.ts';
import { createPublisher } from '#local/publisher.ts';

function setUp() {
  const happened: Happening[] = [];
  const published: EventObject[] = [];
  const publisher = createPublisher((happening) => happened.push(happening));
  const bus = {
    async publish(event: EventObject): Promise<void> {
      if (event['source'] === 'bad') throw new Error('lost');
      published.push(event);
    },
    fireSchedule: () => Promise.reject(new Error('unused')),
  };
  return { happened, published, publisher, bus };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('events wait for the bus, then reach it in order', async () => {
  const { published, publisher, bus } = setUp();
  publisher.publish({ source: 'first' });
  await settled();
  expect(published).toEqual([]);
  publisher.attach(bus);
  publisher.publish({ source: 'second' });
  await settled();
  expect(published).toEqual([{ source: 'first' }, { source: 'second' }]);
});

test('the error of an event that is lost is kept and shown', async () => {
  const { happened, publisher, bus } = setUp();
  publisher.attach(bus);
  publisher.publish({ source: 'bad' });
  await settled();
  publisher.fail('no error');
  const [lost, other] = [new Error('lost'), new Error('no error')];
  expect(publisher.undelivered).toEqual([lost, other]);
  expect(happened).toEqual([
    { kind: 'undelivered', error: lost },
    { kind: 'undelivered', error: other },
  ]);
});

test('nothing is published any more once it is closed', async () => {
  const { published, publisher, bus } = setUp();
  publisher.attach(bus);
  publisher.close();
  publisher.publish({ source: 'late' });
  await settled();
  expect(published).toEqual([]);
});
