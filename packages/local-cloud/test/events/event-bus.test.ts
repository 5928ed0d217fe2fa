import { expect, test } from 'vitest';
import type { DeadLetter } from '#local/events/dead-letter-queue.ts';
import { createEventBus, type EventBusOptions } from '#local/events/event-bus.ts';

const RULE = {
  name: 'rule',
  arn: 'arn:rule',
  enabled: true,
  pattern: { source: ['here'] },
  targets: [{ arn: 'arn:target', deadLetterQueueArn: 'arn:queue' }],
};

const EVENT = { source: 'here' };

/** A bus whose target cannot be called, and what reached its queue. */
function failingBus(options: Partial<EventBusOptions> = {}) {
  const letters: DeadLetter[] = [];
  const bus = createEventBus({
    rules: [RULE],
    schedules: [],
    deliver: () => Promise.reject(new RangeError('no target')),
    authorizeQueue: () => undefined,
    queues: {
      send: async (_, letter) => void letters.push(letter),
      read: async () => letters,
    },
    ...options,
  });
  return { bus, letters };
}

test('a failed delivery goes to the dead-letter queue with its reason', async () => {
  const { bus, letters } = failingBus();
  await bus.publish(EVENT);
  expect(letters).toEqual([
    {
      body: JSON.stringify(EVENT),
      attributes: {
        RULE_ARN: 'arn:rule',
        TARGET_ARN: 'arn:target',
        ERROR_CODE: 'RangeError',
        ERROR_MESSAGE: 'no target',
      },
    },
  ]);
});

test('fails when the rule may not send to the queue, which then gets nothing', async () => {
  const authorizeQueue = () => {
    throw new Error('may not send');
  };
  const { bus, letters } = failingBus({ authorizeQueue });
  await expect(bus.publish(EVENT)).rejects.toThrow('may not send');
  expect(letters).toEqual([]);
});

test('fails without a queue, naming rule and target', async () => {
  const { bus } = failingBus({ rules: [{ ...RULE, targets: [{ arn: 'arn:target' }] }] });
  await expect(bus.publish(EVENT)).rejects.toMatchObject({
    message: 'arn:rule could not call arn:target',
    cause: new RangeError('no target'),
  });
});

test('a rule that is off, or does not match, delivers nothing', async () => {
  const off = failingBus({ rules: [{ ...RULE, enabled: false }] });
  await off.bus.publish(EVENT);
  const { bus, letters } = failingBus();
  await bus.publish({ source: 'elsewhere' });
  expect([...off.letters, ...letters]).toEqual([]);
});
