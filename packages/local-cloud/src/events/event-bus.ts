import type { Queues } from './dead-letter-queue.ts';
import { compileEventPattern, type EventObject, type EventTest } from './event-pattern.ts';
import { compileTargetInput, type InputSettings } from './target-input.ts';

/** The target of a rule or schedule. */
export interface TargetDescription extends InputSettings {
  readonly arn: string;
  /** Role that makes the call. A function is called without a role: its own policy decides. */
  readonly roleArn?: string | undefined;
  readonly deadLetterQueueArn?: string | undefined;
}

/** A rule of the template. */
export interface RuleDescription {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly targets: readonly TargetDescription[];
}

/** A schedule of the template. */
export interface ScheduleDescription {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  /** Such as `cron(0 3 * * ? *)`. */
  readonly expression: string;
  readonly target: TargetDescription;
}

/** One call of a target. */
export interface Delivery {
  readonly target: TargetDescription;
  /** JSON text. */
  readonly input: string;
  /** ARN of the rule or schedule. */
  readonly sourceArn: string;
  readonly service: 'events.amazonaws.com' | 'scheduler.amazonaws.com';
}

/** What the bus works with. */
export interface EventBusOptions {
  readonly rules: readonly RuleDescription[];
  readonly schedules: readonly ScheduleDescription[];
  /**
   * Starts the execution or invokes the function. If it rejects, the input goes to the dead-letter
   * queue.
   */
  readonly deliver: (delivery: Delivery) => Promise<void>;
  /**
   * Checks that the rule may send to the queue.
   *
   * @throws {AccessDenied} the policy of the queue does not allow it.
   */
  readonly authorizeQueue: (delivery: Delivery, queueArn: string) => void;
  readonly queues: Queues;
}

/** A delivery that failed and could not be kept either. */
class UndeliverableEvent extends Error {
  override readonly name = 'UndeliverableEvent';
}

/** The event bus of one account. */
export interface EventBus {
  /** Delivers an event to the targets of every rule that matches. */
  publish(event: EventObject): Promise<void>;
  /**
   * Fires a schedule as if `scheduledTime` had come. A disabled one does nothing.
   * @throws {RangeError} there is no schedule of this name.
   */
  fireSchedule(name: string, scheduledTime: Date): Promise<void>;
}

interface CompiledRule {
  readonly matches: EventTest;
  readonly deliveriesOf: (event: EventObject) => readonly Delivery[];
}

function compileRule({ arn, pattern, targets }: RuleDescription): CompiledRule {
  const compiled = targets.map((target) => ({ target, inputOf: compileTargetInput(target) }));
  return {
    matches: compileEventPattern(pattern),
    deliveriesOf: (event) =>
      compiled.map(({ target, inputOf }) => ({
        target,
        input: inputOf(event),
        sourceArn: arn,
        service: 'events.amazonaws.com',
      })),
  };
}

/** Fills the attributes that EventBridge Scheduler knows, `<aws.scheduler.…>`. */
function scheduleInput(schedule: ScheduleDescription, scheduledTime: Date): string {
  const time = `${scheduledTime.toISOString().slice(0, 19)}Z`;
  return (schedule.target.input ?? '{}')
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
    .replaceAll('<aws.scheduler.execution-id>', `${schedule.name}-${time}`)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}

/** Sends a failed delivery to the dead-letter queue of its target. */
async function bury(options: EventBusOptions, delivery: Delivery, failure: Error): Promise<void> {
  const { target, sourceArn, input } = delivery;
  if (target.deadLetterQueueArn === undefined) {
    throw new UndeliverableEvent(`${sourceArn} could not call ${target.arn}`, { cause: failure });
  }
  options.authorizeQueue(delivery, target.deadLetterQueueArn);
  await options.queues.send(target.deadLetterQueueArn, {
    body: input,
    attributes: {
      RULE_ARN: sourceArn,
      TARGET_ARN: target.arn,
      ERROR_CODE: failure.name,
      ERROR_MESSAGE: failure.message,
    },
  });
}

async function attempt(options: EventBusOptions, delivery: Delivery): Promise<void> {
  try {
    await options.deliver(delivery);
  } catch (error) {
    await bury(options, delivery, error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * Makes the event bus. A target is called at once, and only once: the waits and repetitions of its
 * retry policy are not simulated. A failed delivery goes straight to the dead-letter queue.
 *
 * @throws {UnsupportedRule} a rule uses a pattern operator or input path that is not known.
 */
export function createEventBus(options: EventBusOptions): EventBus {
  const rules = options.rules.filter(({ enabled }) => enabled).map(compileRule);
  return {
    async publish(event) {
      const deliveries = rules
        .filter(({ matches }) => matches(event))
        .flatMap((rule) => rule.deliveriesOf(event));
      await Promise.all(deliveries.map((delivery) => attempt(options, delivery)));
    },
    async fireSchedule(name, scheduledTime) {
      const schedule = options.schedules.find((candidate) => candidate.name === name);
      if (!schedule) throw new RangeError(`there is no schedule ${name}`);
      if (!schedule.enabled) return;
      await attempt(options, {
        target: schedule.target,
        input: scheduleInput(schedule, scheduledTime),
        sourceArn: schedule.arn,
        service: 'scheduler.amazonaws.com',
      });
    },
  };
}
