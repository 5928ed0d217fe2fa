import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresSecrets } from '#cli/options/postgres-option.ts';
import { patience } from '#support/patience.ts';
import { ChaosCloud, type ChaosDeployment } from './chaos-cloud.ts';
import { ChaosDatabase } from './chaos-database.ts';
import { type Outcome, runScenario } from './chaos-run.ts';
import { NO_DIFFERENCES, type RowDifferences } from './compare-rows.ts';
import { BadEndState } from './end-state.ts';
import { hastyAssembly } from './hasty-assembly.ts';
import { createScenario, type Scenario } from './scenario.ts';

/** A run that ended in a forbidden state. */
interface FailedRun {
  readonly seed: number;
  readonly hung: boolean;
  readonly reason: string;
  readonly differences: RowDifferences;
}

/** What a campaign found. */
export interface CampaignReport {
  readonly runs: number;
  /** How many runs got their manifest in which way. */
  readonly ends: ReadonlyMap<Outcome['end'], number>;
  /** Faults that happened, by kind. */
  readonly faults: ReadonlyMap<string, number>;
  /** Causes that failed executions named. */
  readonly causes: ReadonlyMap<string, number>;
  readonly failed: readonly FailedRun[];
}

/** The runs of a campaign, and what is called at the end of each. */
export interface CampaignOptions {
  readonly runs: number;
  /** Seed of the first run; each further run has the next number. */
  readonly seed: number;
  /** Whether all runs load tables of a database. @default some do */
  readonly isLoad?: boolean;
  readonly onEnd: (done: number) => void;
  /** Called at once for each run that ended in a forbidden state. */
  readonly onFailure: (run: FailedRun) => void;
}

/** Runs at once: a run waits for its services most of the time. */
const AT_ONCE = 6;

/** A run takes one or two seconds, so one that takes this long hangs. */
const DEADLINE_MILLISECONDS = patience(18_000);

const HUNG = Symbol('hung');

/** Counts things by name. */
class Tally<Name extends string> extends Map<Name, number> {
  add(name: Name): void {
    this.set(name, (this.get(name) ?? 0) + 1);
  }
}

async function withinDeadline(work: Promise<Outcome>): Promise<Outcome | typeof HUNG> {
  const over = new AbortController();
  const deadline = sleep(DEADLINE_MILLISECONDS, HUNG, { signal: over.signal });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    over.abort();
    deadline.catch(() => undefined);
  }
}

/** The scenarios of a campaign, their faults and their outcomes. */
class Campaign {
  readonly #deployment: ChaosDeployment;
  readonly #database: ChaosDatabase;
  readonly ends = new Tally<Outcome['end']>();
  readonly faults = new Tally<string>();
  readonly causes = new Tally<string>();
  readonly failed: FailedRun[] = [];
  readonly #onFailure: CampaignOptions['onFailure'];

  constructor(assembly: string, database: ChaosDatabase, onFailure: CampaignOptions['onFailure']) {
    this.#deployment = { assembly, secrets: postgresSecrets(database.databases) };
    this.#database = database;
    this.#onFailure = onFailure;
  }

  startCloud(): Promise<ChaosCloud> {
    return ChaosCloud.start(this.#deployment, ({ kind }) => this.faults.add(kind));
  }

  async run(scenario: Scenario, cloud: ChaosCloud): Promise<void> {
    const { seed } = scenario;
    try {
      const outcome = await withinDeadline(
        runScenario({ cloud, database: this.#database }, scenario),
      );
      if (outcome !== HUNG) return this.#count(outcome);
      const reason = `no end after ${DEADLINE_MILLISECONDS / 1000} s`;
      this.#fail({ seed, hung: true, reason, differences: NO_DIFFERENCES });
    } catch (error) {
      const reason = error instanceof BadEndState ? error.message : String(Object(error).stack);
      const differences = error instanceof BadEndState ? error.differences : NO_DIFFERENCES;
      this.#fail({ seed, hung: false, reason, differences });
    }
  }

  #fail(run: FailedRun): void {
    this.failed.push(run);
    this.#onFailure(run);
  }

  #count({ end, causes, happened }: Outcome): void {
    this.ends.add(end);
    for (const cause of causes) this.causes.add(cause);
    for (const kind of happened) this.faults.add(kind);
  }
}

/**
 * Runs whole jobs under the faults of their seeds. They share a local cloud, except runs that kill
 * theirs, and a PostgreSQL. Starts a few processes besides the functions' own, and ends them.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { runs, seed, isLoad, onEnd, onFailure } = options;
  const database = await ChaosDatabase.start();
  const assembly = await hastyAssembly(database.databases);
  const campaign = new Campaign(assembly, database, onFailure);
  const scenarios = Array.from({ length: runs }, (_, index) =>
    createScenario(seed + index, isLoad),
  );
  const shared = await campaign.startCloud();
  let done = 0;
  const work = async () => {
    for (let next = scenarios.shift(); next; next = scenarios.shift()) {
      const own =
        next.happenings.cloudKilled === undefined ? undefined : await campaign.startCloud();
      await campaign.run(next, own ?? shared);
      await own?.close();
      done += 1;
      onEnd(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await shared.close();
  await database.close();
  await rm(assembly, { recursive: true });
  const { ends, faults, causes, failed } = campaign;
  return { runs, ends, faults, causes, failed };
}
