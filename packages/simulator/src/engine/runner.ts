import { check, number } from "../check.ts";
import type { JobKind, JobRecord } from "../state/records.ts";
import { VirtualClock } from "./clock.ts";
import type { Engine } from "./engine.ts";
import { startTimer, stopTimer, type Timer } from "./real-time.ts";
import { LAST_INSTANT, LONGEST_TIMER_MS } from "./time.ts";
import { type ClientTimer, ClientTimers } from "./timers.ts";

/** Does a job; a promise when it waits for somebody's endpoint. */
export type JobHandler = (engine: Engine, ref: string) => void | Promise<void>;

/** What is done about jobs, by the products that plan them. */
export interface Jobs {
  readonly handlers: Readonly<Record<JobKind, JobHandler>>;
  /** Records that a job threw, and ends what waits for it. */
  readonly failed: (engine: Engine, job: JobRecord, error: unknown) => void;
}

/** Runs the schedule: by itself on a real clock, on demand on a virtual one. */
export class Runner {
  readonly #engine: Engine;
  readonly #jobs: Jobs;
  readonly #running = new Set<Promise<void>>();
  #timer: Timer | undefined;
  #armedFor = Infinity;
  #queue: Promise<void> = Promise.resolve();
  /** How many `advance`, `settled` and steps of `#goOn` run or wait for their turn. */
  #turns = 0;
  #goesOn = false;
  #closed = false;
  /** The timers of clients that wait on this clock. */
  readonly timers: ClientTimers = new ClientTimers();

  constructor(engine: Engine, jobs: Jobs) {
    this.#engine = engine;
    this.#jobs = jobs;
    this.arm();
  }

  /** Sets the timer for the next job. To be called whenever jobs may have been added; does nothing on a virtual clock. */
  arm(): void {
    const next = this.#engine.schedule.peek();
    if (this.#engine.clock instanceof VirtualClock || this.#closed || !next || next.at >= this.#armedFor) return;
    stopTimer(this.#timer);
    this.#armedFor = next.at;
    const delay = Math.min(Math.max(0, next.at - this.#engine.now()), LONGEST_TIMER_MS);
    this.#timer = startTimer(() => {
      this.#armedFor = Infinity;
      try {
        this.#runDue();
        this.arm();
      } catch {
        this.close();
      }
    }, delay);
    // A waiting prompt is no reason to keep a test process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Sets a timer for a client. On a virtual clock time then goes on by itself until it fires. */
  setTimeout(work: () => void, ms: number): unknown {
    const { clock } = this.#engine;
    if (!(clock instanceof VirtualClock)) return startTimer(work, ms);
    const timer: ClientTimer = { at: clock.now() + Math.max(ms || 0, 0), work };
    this.timers.add(timer);
    void this.#goOn(clock);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    if (this.#engine.clock instanceof VirtualClock) this.timers.remove(timer);
    else stopTimer(timer as Timer);
  }

  /** Goes from one client's timer to the next, whenever nobody is at work and no `advance` or `settled` moves the clock. */
  async #goOn(clock: VirtualClock): Promise<void> {
    if (this.#goesOn) return;
    this.#goesOn = true;
    try {
      while (this.timers.first && !this.#closed) {
        await this.#inTurn(async () => {
          await this.timers.quiet();
          const { first } = this.timers;
          if (first && this.#turns === 1 && !this.#closed) await this.#runUntil(clock, first.at);
        });
      }
    } catch {
      // The state file failed: whoever asks next is told.
    } finally {
      this.#goesOn = false;
    }
  }

  /**
   * Lets time pass on a virtual clock, and everything that is due in it happen, callbacks included.
   * @throws Error afterwards when the endpoint gave no response
   */
  async advance(ms: number): Promise<void> {
    const { clock } = this.#engine;
    if (!(clock instanceof VirtualClock)) throw new TypeError('advance needs a simulator with clock: "virtual"');
    check(ms, "ms", number(0, LAST_INSTANT - clock.now()));
    return this.#inTurn(async () => {
      const until = clock.now() + ms;
      await this.#runUntil(clock, until);
      clock.moveTo(until);
      this.#engine.unreached.report();
    });
  }

  /**
   * Lets everything happen that is going to: on a virtual clock at once, on a real one in its time.
   * @throws Error afterwards when the endpoint gave no response
   */
  async settled(): Promise<void> {
    const { clock, schedule, unreached } = this.#engine;
    if (clock instanceof VirtualClock)
      return this.#inTurn(async () => {
        await this.#runUntil(clock, Infinity);
        unreached.report();
      });
    for (;;) {
      await Promise.allSettled(this.#running);
      const { failure } = this.#engine.store;
      if (failure !== undefined) throw failure;
      if (this.#closed) throw new Error("the simulator is closed");
      const next = schedule.peek();
      if (!next && this.#running.size === 0) return unreached.report();
      const wait = Math.min(50, Math.max(1, (next?.at ?? 0) - this.#engine.now()));
      await new Promise<void>((resolve) => startTimer(resolve, wait));
    }
  }

  /** Starts what happens outside the schedule, such as a replay, so that `settled` waits for it. */
  track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
    return tracked;
  }

  /** Does at once whatever is planned about an id, its callbacks included: they overtake the answer. */
  async hurry(about: string): Promise<void> {
    const { schedule } = this.#engine;
    for (let job = schedule.next(about); job; job = schedule.next(about)) {
      schedule.remove(job.id);
      await this.#run(job);
    }
  }

  close(): void {
    this.#closed = true;
    stopTimer(this.#timer);
  }

  async #runUntil(clock: VirtualClock, until: number): Promise<void> {
    for (;;) {
      await Promise.allSettled(this.#running);
      const job = this.#engine.schedule.peek();
      const { first: timer } = this.timers;
      // Clients may wait for ever anew, so `settled` lets them wait no longer than until the last job.
      const last = until === Infinity ? (job?.at ?? -Infinity) : until;
      if (timer && timer.at <= last && !(job && job.at <= timer.at)) {
        clock.moveTo(timer.at);
        this.timers.fire(timer);
        await this.timers.quiet();
        continue;
      }
      if (!job || job.at > until) return;
      clock.moveTo(job.at);
      this.#engine.schedule.take();
      await this.#run(job);
    }
  }

  #runDue(): void {
    for (
      let job = this.#engine.schedule.peek();
      job && job.at <= this.#engine.now() && !this.#closed;
      job = this.#engine.schedule.peek()
    ) {
      this.#engine.schedule.take();
      const work = this.#run(job);
      if (work) this.track(work).catch(() => this.close());
    }
  }

  /**
   * A job leaves the state file in the same step in which its effects enter it. One that throws leaves it too: it would
   * throw again at every start.
   * @throws what the state file threw: from then on nothing goes on, and whoever asks next is told why
   */
  #run(job: JobRecord): void | Promise<void> {
    const engine = this.#engine;
    const done = (): void => {
      engine.schedule.remove(job.id);
      engine.commit();
      this.arm();
    };
    const failed = (error: unknown): void => {
      if (engine.store.failure !== undefined) throw error;
      this.#jobs.failed(engine, job, error);
      done();
    };
    let work: void | Promise<void>;
    try {
      work = this.#jobs.handlers[job.kind](engine, job.ref);
    } catch (error) {
      return failed(error);
    }
    return work ? work.then(done, failed) : done();
  }

  /** One `advance` after the other, or two of them would mix their time. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turns++;
    const turn = this.#queue.then(work).finally(() => {
      this.#turns--;
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}
