import { startTests } from "@vitest/runner";
import { TestRunner, vi } from "vitest";
import { type Early, earlyChanges, FOLDER, killsIn, ROUNDS_MS, readLog, readPlan, roundOf, tell } from "./plan.js";

type Test = Parameters<TestRunner["onAfterTryTask"]>[0];
type Suite = Parameters<TestRunner["onAfterRunSuite"]>[0];

/** What the changed source looks at, by the names that Stryker gave it. */
interface Switches {
  activeMutant: string | undefined;
  /** Counts go to this test; undefined: to those of no test. */
  currentTestId: string | undefined;
  hitCount: number;
  hitLimit: number;
  readonly mutantCoverage: {
    readonly static: Record<string, number>;
    readonly perTest: Record<string, Record<string, number>>;
  };
}

/** A loop that a change has made endless is stopped when it has come by the change this much more often than without it. */
const HITS_FACTOR = 20;
const HITS_MORE = 10_000;
/** And where it does not come by it, after this, beside what the test takes without a change. */
const MS_FACTOR = 20;
const MS_MORE = 15_000;
/** A test that fails as it is, as one may on a busy machine, is tried so often before the run is given up. */
const AS_IT_IS_TRIES = 3;
/** No test is tried more often: more changes than there are in a folder. */
const TRIES_MAX = 1_000_000;

/**
 * Runs each test once as it is, and then, in the same process, once for each change that it came by and that no test has seen
 * yet. Vitest thinks that the test is tried again, as a flaky one is: hooks run each time.
 *
 * Changes to what runs while a file is read come last: then the file is read anew for each of them, all its modules too, in the
 * same process. A process for each took seconds, and nearly all the time of a run.
 */
export default class MutantRunner extends TestRunner {
  readonly #folder = process.env[FOLDER]!;
  readonly #early = earlyChanges(this.#folder);
  readonly #chosen = new Set(readPlan(this.#folder).chosen);
  readonly #killed: Set<string>;
  /** Tests and changes that were tried before a hang. */
  readonly #tried = new Set<string>();
  readonly #switches: Switches = {
    activeMutant: undefined,
    currentTestId: undefined,
    hitCount: 0,
    hitLimit: Number.POSITIVE_INFINITY,
    mutantCoverage: { static: {}, perTest: {} },
  };
  #test:
    | {
        readonly name: string;
        left: readonly string[];
        turn: "as it is" | "changed" | "as it is again";
        /** In the present turn, without a change. */
        failures: number;
      }
    | undefined;
  /** A test that takes longer is left to a later round. */
  #msMax = 0;
  #began = 0;
  #plainMs = 0;
  #fileMs = 0;
  #longestMs = 0;
  readonly #leftOut = new Set<string>();
  #hits: Record<string, number> = {};

  constructor(config: ConstructorParameters<typeof TestRunner>[0]) {
    super(config);
    const log = readLog(this.#folder);
    this.#msMax = ROUNDS_MS[roundOf(log)] ?? 0;
    const { killed, doubtful } = killsIn(log);
    this.#killed = new Set([...killed, ...doubtful.keys()]);
    for (const line of log) if ("lived" in line) this.#tried.add(`${line.lived} ${line.test}`);
    (globalThis as { __stryker__?: Switches }).__stryker__ = this.#switches;
  }

  override async onBeforeRunTask(test: Test): Promise<void> {
    await super.onBeforeRunTask(test);
    if (this.#early !== undefined) test.mode = "skip";
    if (test.mode === "skip") return;
    test.retry = TRIES_MAX;
    this.#test = { name: `${test.file.name} > ${test.id}`, left: [], turn: "as it is", failures: 0 };
  }

  override onBeforeTryTask(test: Test): void {
    super.onBeforeTryTask(test);
    const { turn, left, name } = this.#test ?? { turn: undefined, left: [], name: "" };
    this.#began = performance.now();
    if (turn === "as it is") this.#switches.currentTestId = name;
    if (turn !== "changed") return;
    const id = left[0]!;
    const msMax = MS_MORE + MS_FACTOR * this.#plainMs;
    tell(this.#folder, { begun: id, test: name, msMax });
    this.#switches.hitCount = 0;
    this.#switches.hitLimit = HITS_MORE + HITS_FACTOR * (this.#hits[id] ?? 0);
    this.#switches.activeMutant = id;
  }

  /** After the hooks of a try; what `state` says then decides whether there is another one. */
  onAfterRetryTask(test: Test): void {
    const now = this.#test;
    if (now === undefined) return;
    const failed = test.result!.state === "fail";
    this.#switches.activeMutant = undefined;
    if (failed && now.turn !== "changed" && ++now.failures < AS_IT_IS_TRIES) {
      goOn(test);
      return;
    }
    if (now.turn === "as it is") {
      this.#plainMs = performance.now() - this.#began;
      this.#fileMs += this.#plainMs;
      this.#longestMs = Math.max(this.#longestMs, this.#plainMs);
      this.#hits = this.#switches.mutantCoverage.perTest[now.name] ?? {};
      this.#switches.currentTestId = "a changed one";
      if (failed) tell(this.#folder, { broken: now.name, at: "once" });
      const left = Object.keys(this.#hits).filter((id) => this.#isToTry(id, now.name));
      if (this.#plainMs > this.#msMax) for (const id of left) this.#leftOut.add(id);
      else if (!failed) now.left = left;
    } else if (now.turn === "changed") {
      const [id, ...left] = now.left;
      now.left = left;
      if (failed) this.#killed.add(id!);
      tell(this.#folder, failed ? { killed: id!, test: now.name } : { lived: id!, test: now.name });
    } else if (failed) {
      tell(this.#folder, { broken: now.name, at: "end" });
    }
    const goesOn = now.left.length > 0 || now.turn === "changed";
    now.turn = now.left.length > 0 ? "changed" : "as it is again";
    now.failures = 0;
    if (goesOn) {
      goOn(test);
      return;
    }
    test.result!.state = "pass";
    test.result!.errors = [];
    this.#switches.currentTestId = undefined;
  }

  #isToTry(id: string, test: string): boolean {
    return this.#chosen.has(id) && !this.#killed.has(id) && !this.#tried.has(`${id} ${test}`);
  }

  override async onAfterRunSuite(suite: Suite): Promise<void> {
    await super.onAfterRunSuite(suite);
    const isFile = (suite as { readonly filepath?: string }).filepath !== undefined;
    if (!isFile || this.#early !== undefined) return;
    const early = Object.keys(this.#switches.mutantCoverage.static).filter((id) => this.#chosen.has(id));
    const leftOut = [...this.#leftOut];
    tell(this.#folder, { of: suite.name, early, leftOut, ms: this.#fileMs, longestMs: this.#longestMs });
  }

  /** Vitest calls it with the files of this process: one. */
  override async onAfterRunFiles(files: readonly { readonly filepath: string }[] = []): Promise<void> {
    super.onAfterRunFiles();
    if (this.#early !== undefined) for (const { filepath } of files) await this.#tryEarly(filepath, this.#early);
  }

  async #tryEarly(filepath: string, { ids, test, msMax, testMsMax }: Early): Promise<void> {
    this.#switches.currentTestId = "a changed one";
    for (const id of ids) {
      tell(this.#folder, { begun: id, test, msMax });
      tell(this.#folder, (await this.#passes(filepath, id, testMsMax)) ? { lived: id, test } : { killed: id, test });
    }
    if (!(await this.#passes(filepath, undefined, testMsMax))) tell(this.#folder, { broken: test, at: "end" });
  }

  /** Reads `filepath` anew, with a change or as it is, and runs its tests up to the first that fails. */
  async #passes(filepath: string, id: string | undefined, testMsMax: number): Promise<boolean> {
    this.#switches.activeMutant = id;
    this.config.testTimeout = testMsMax;
    vi.resetModules();
    const files = await startTests([filepath], new UpToTheFirst(this));
    vi.resetConfig();
    return files.every(({ result, tasks }) => result?.state !== "fail" && tasks.length > 0);
  }
}

/** Another try: without an error there is none. */
function goOn(test: Test): void {
  test.result!.state = "run";
  test.result!.errors = [{ name: "Again", message: "another try" }];
}

/** Tells nobody; after a test that has failed the others are left out. */
class UpToTheFirst extends TestRunner {
  #hasFailed = false;

  constructor(outer: TestRunner) {
    super(outer.config);
    const { moduleRunner, _otel } = outer as unknown as Inner;
    Object.assign(this, { moduleRunner, _otel });
  }

  override async onBeforeRunTask(test: Test): Promise<void> {
    await super.onBeforeRunTask(test);
    if (this.#hasFailed) test.mode = "skip";
  }

  override onAfterRunTask(test: Test): void {
    super.onAfterRunTask(test);
    this.#hasFailed ||= test.result?.state === "fail";
  }
}

/** What Vitest gives each runner after it has made it. */
interface Inner {
  readonly moduleRunner: unknown;
  readonly _otel: unknown;
}
