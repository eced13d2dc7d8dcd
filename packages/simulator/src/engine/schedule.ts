import type { JobKind, JobRecord } from "../state/records.ts";
import type { Table } from "../state/table.ts";

/** What is to happen at which instant: a heap over the jobs table, so that it survives a restart. */
export class Schedule {
  readonly #jobs: Table<JobRecord>;
  readonly #nextId: () => number;
  readonly #byAbout = new Map<string, Set<string>>();
  #heap: { at: number; order: number; id: string }[] = [];

  constructor(jobs: Table<JobRecord>, nextId: () => number) {
    this.#jobs = jobs;
    this.#nextId = nextId;
    for (const job of jobs.values()) this.#plan(job);
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** @param about what the job belongs to, for `next` */
  add(at: number, kind: JobKind, ref: string, about: string = ref): string {
    const id = String(this.#nextId());
    this.#plan(this.#jobs.put(id, { id, at, kind, ref, about }));
    return id;
  }

  /** The job about this that was planned first. */
  next(about: string): JobRecord | undefined {
    const [id] = this.#byAbout.get(about) ?? [];
    return id === undefined ? undefined : this.#jobs.get(id);
  }

  /** The earliest job that is still wanted. */
  peek(): JobRecord | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (!first) return undefined;
      const job = this.#jobs.get(first.id);
      if (job) return job;
      this.#pop();
    }
  }

  /** The earliest job, for running. It stays in the table until `remove`, so that a crash does not lose it. */
  take(): JobRecord | undefined {
    const job = this.peek();
    if (job) this.#pop();
    return job;
  }

  /** Takes a job off: it is done, or no longer wanted. */
  remove(id: string): void {
    const job = this.#jobs.get(id);
    if (job) this.#forget(job);
    this.#jobs.delete(id);
    // Cancelled jobs stay in the heap until their time; without this a long run would collect them.
    if (this.#heap.length > 64 && this.#heap.length > this.#jobs.size * 2) {
      const alive = this.#heap.filter((entry) => this.#jobs.has(entry.id));
      this.#heap = [];
      for (const entry of alive) this.#push(entry);
    }
  }

  #plan({ id, at, ref, about = ref }: JobRecord): void {
    this.#push({ at, order: Number(id), id });
    const same = this.#byAbout.get(about);
    if (same) same.add(id);
    else this.#byAbout.set(about, new Set([id]));
  }

  #forget({ id, ref, about = ref }: JobRecord): void {
    const same = this.#byAbout.get(about);
    same?.delete(id);
    if (same?.size === 0) this.#byAbout.delete(about);
  }

  #push(entry: { at: number; order: number; id: string }): void {
    const heap = this.#heap;
    heap.push(entry);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(entry, heap[parent] as typeof entry)) break;
      heap[child] = heap[parent] as typeof entry;
      child = parent;
    }
    heap[child] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = parent * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as typeof last, heap[child] as typeof last)) child++;
      if (!before(heap[child] as typeof last, last)) break;
      heap[parent] = heap[child] as typeof last;
      parent = child;
    }
    heap[parent] = last;
  }
}

function before(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
