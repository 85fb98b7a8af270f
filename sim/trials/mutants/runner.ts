import { TestRunner } from "vitest";
import { earlyChange, FOLDER, ROUNDS_MS, readLog, readPlan, roundOf, tell } from "./plan.js";

type Test = Parameters<TestRunner["onAfterTryTask"]>[0];

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
/** No test is tried more often: more changes than there are in a folder. */
const TRIES_MAX = 1_000_000;

/**
 * Runs each test once as it is, and then, in the same process, once for each change that it came by and that no test has seen
 * yet. Vitest thinks that the test is tried again, as a flaky one is: hooks run each time.
 */
export default class MutantRunner extends TestRunner {
  readonly #folder = process.env[FOLDER]!;
  readonly #early = earlyChange(this.#folder);
  readonly #chosen = new Set(readPlan(this.#folder).chosen);
  readonly #killed = new Set<string>();
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
    | { readonly name: string; left: readonly string[]; turn: "as it is" | "changed" | "as it is again" }
    | undefined;
  /** A test that takes longer is left to a later round. */
  #msMax = 0;
  #began = 0;
  #plainMs = 0;
  #fileMs = 0;
  #hits: Record<string, number> = {};

  constructor(config: ConstructorParameters<typeof TestRunner>[0]) {
    super(config);
    const log = readLog(this.#folder);
    this.#msMax = ROUNDS_MS[roundOf(log)] ?? 0;
    for (const line of log) {
      if ("killed" in line) this.#killed.add(line.killed);
      if ("lived" in line) this.#tried.add(`${line.lived} ${line.test}`);
    }
    this.#switches.activeMutant = this.#early;
    (globalThis as { __stryker__?: Switches }).__stryker__ = this.#switches;
  }

  override async onBeforeRunTask(test: Test): Promise<void> {
    await super.onBeforeRunTask(test);
    if (this.#early !== undefined) return;
    test.retry = TRIES_MAX;
    this.#test = { name: `${test.file.name} > ${test.id}`, left: [], turn: "as it is" };
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
    if (now.turn === "as it is") {
      this.#plainMs = performance.now() - this.#began;
      this.#fileMs += this.#plainMs;
      this.#hits = this.#switches.mutantCoverage.perTest[now.name] ?? {};
      this.#switches.currentTestId = "a changed one";
      if (failed) tell(this.#folder, { broken: now.name, at: "once" });
      else if (this.#plainMs <= this.#msMax)
        now.left = Object.keys(this.#hits).filter((id) => this.#isToTry(id, now.name));
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
    test.result!.state = goesOn ? "run" : "pass";
    // Without an error there is no other try.
    test.result!.errors = goesOn ? [{ name: "Again", message: "another try" }] : [];
    if (!goesOn) this.#switches.currentTestId = undefined;
  }

  #isToTry(id: string, test: string): boolean {
    return this.#chosen.has(id) && !this.#killed.has(id) && !this.#tried.has(`${id} ${test}`);
  }

  override async onAfterRunSuite(suite: Parameters<TestRunner["onAfterRunSuite"]>[0]): Promise<void> {
    await super.onAfterRunSuite(suite);
    const isFile = (suite as { readonly filepath?: string }).filepath !== undefined;
    if (!isFile || this.#early !== undefined) return;
    const early = Object.keys(this.#switches.mutantCoverage.static).filter((id) => this.#chosen.has(id));
    tell(this.#folder, { early, of: suite.name, ms: this.#fileMs });
  }
}
