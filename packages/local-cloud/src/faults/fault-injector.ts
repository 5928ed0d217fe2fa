import { chooseFault, type Fault, type FaultPlan, type FaultyRequest } from './fault-plan.ts';

/** A fault that happened. */
export interface InjectedFault extends Fault {
  /** {@link FaultPlan.name}. */
  readonly plan: string;
  readonly operation: string;
  /** Which request of its operation it was, from 0. */
  readonly count: number;
}

interface ActivePlan {
  readonly plan: FaultPlan;
  readonly counts: Map<string, number>;
}

/**
 * Makes requests of a local cloud go wrong as plans ask. Without a plan nothing ever goes wrong.
 */
export class FaultInjector {
  readonly #active = new Map<string, ActivePlan>();
  readonly #injected: (fault: InjectedFault) => void;

  /** @param injected called with each fault before it happens. */
  constructor(injected: (fault: InjectedFault) => void) {
    this.#injected = injected;
  }

  /** Puts a plan into effect; one of the same name is replaced. */
  begin(plan: FaultPlan): void {
    this.#active.set(plan.name, { plan, counts: new Map() });
  }

  /** Ends a plan. Faults that have happened are not undone. */
  end(name: string): void {
    this.#active.delete(name);
  }

  /** The fault of a request, from the first plan that is about it. */
  faultOf(request: FaultyRequest): Fault | undefined {
    const { operation, subject } = request;
    for (const { plan, counts } of this.#active.values()) {
      if (!plan.about.some((text) => subject.includes(text))) continue;
      const count = counts.get(operation) ?? 0;
      counts.set(operation, count + 1);
      const fault = chooseFault(plan, request, count);
      if (fault) this.#injected({ ...fault, plan: plan.name, operation, count });
      return fault;
    }
    return undefined;
  }
}
