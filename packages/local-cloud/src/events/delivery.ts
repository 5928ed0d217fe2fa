import type { Authority } from '#local/iam/authority.ts';
import type { Delivery, TargetDescription } from './event-bus.ts';
import { UnsupportedRule } from './event-errors.ts';

/** What the calls of targets need. */
export interface Targets {
  readonly authority: Authority;
  /** ARN of the group of schedules that name no group. */
  readonly scheduleGroupArn: string;
  startExecution(stateMachineArn: string, input: string): Promise<unknown>;
  /** Hands an event to a function, which works on it later. */
  acceptEvent(functionArn: string, input: string): void;
}

/** Calls targets as EventBridge and its scheduler do. */
export interface Courier {
  /** @throws {AccessDenied} the role, or the function's own policy, does not allow the call. */
  deliver(delivery: Delivery): Promise<void>;
  /** @throws {AccessDenied} neither the role nor the policy of the queue allows sending to it. */
  authorizeQueue(delivery: Delivery, queueArn: string): void;
}

type TargetKind = 'stateMachine' | 'function';

function kindOf({ arn }: TargetDescription): TargetKind {
  const kind = arn.split(':')[5];
  if (kind === 'stateMachine' || kind === 'function') return kind;
  throw new UnsupportedRule(`a rule or schedule cannot call ${arn} here`);
}

/** @throws {UnsupportedRule} a target is neither a state machine with a role, nor a function. */
export function assertTargets(targets: readonly TargetDescription[]): void {
  for (const target of targets) {
    if (kindOf(target) === 'stateMachine' && target.roleArn === undefined) {
      throw new UnsupportedRule(`the target ${target.arn} needs a role`);
    }
  }
}

/** Makes the courier of an event bus. */
export function createCourier(targets: Targets): Courier {
  const { authority } = targets;

  function allow({ target, service, sourceArn }: Delivery, action: string, resource: string): void {
    const isScheduler = service === 'scheduler.amazonaws.com';
    if (target.roleArn === undefined || (action === 'sqs:SendMessage' && !isScheduler)) {
      authority.authorizeService({ service, sourceArn, action, resource });
      return;
    }
    const { accessKeyId } = authority.assumeRole({
      roleArn: target.roleArn,
      service,
      sourceArn: isScheduler ? targets.scheduleGroupArn : sourceArn,
      sessionName: service.split('.', 1)[0] ?? service,
    });
    authority.authorize({ accessKeyId, action, resource, context: {} });
  }

  return {
    async deliver(delivery) {
      const { target, input } = delivery;
      if (kindOf(target) === 'function') {
        allow(delivery, 'lambda:InvokeFunction', target.arn);
        targets.acceptEvent(target.arn, input);
        return;
      }
      allow(delivery, 'states:StartExecution', target.arn);
      await targets.startExecution(target.arn, input);
    },
    authorizeQueue: (delivery, queueArn) => allow(delivery, 'sqs:SendMessage', queueArn),
  };
}
