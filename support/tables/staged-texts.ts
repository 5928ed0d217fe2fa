import { type MemoryStageStore, memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { stageText, TextIndexes } from '#core/tables/run/text-indexes.ts';
import { lookAtFirst } from '#tables/first-look.ts';
import { textsToStage } from '#tables/large-texts.ts';
import type { SizedTable } from '#tables/plan-table.ts';

/** The seek indexes of texts in memory. */
export class StagedTexts {
  readonly stores = new Map<string, MemoryStageStore>();
  readonly indexes: TextIndexes;
  readonly #store: ObjectStore;

  /** @param largeBytes texts in gzip that are larger have an index. */
  constructor(store: ObjectStore, largeBytes: number) {
    this.#store = store;
    this.indexes = new TextIndexes((id) => this.stagedFor(id), largeBytes);
  }

  /** What is staged of one text. */
  stagedFor(stageId: string): MemoryStageStore {
    const staged = this.stores.get(stageId) ?? memoryStageStore(stageId);
    this.stores.set(stageId, staged);
    return staged;
  }

  /** Does all Stage rounds of a table. @returns their jobs */
  async stage(asked: SizedTable): Promise<readonly StageJob[]> {
    const store = this.#store;
    const jobs: StageJob[] = [];
    for (;;) {
      const objects = await listTable(asked.source, store);
      const layout = tableLayoutOf(asked, await lookAtFirst(asked, objects, store));
      const tasks = await textsToStage({ layout, objects, store, indexes: this.indexes });
      if (tasks.length === 0) return jobs;
      for (const task of tasks) {
        const context = { store, stagedFor: (id: string) => this.stagedFor(id) };
        await stageText(task, context, {});
        jobs.push(task.job);
      }
    }
  }
}
