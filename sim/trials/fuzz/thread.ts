import { parentPort, workerData } from "node:worker_threads";
import { CountedTarget } from "./coverage.js";
import { search } from "./search.js";
import { type Asked, Present } from "./watched.js";

const { target: name, present: memory, ...options } = workerData as Asked;
const present = new Present(memory);
const counted = await CountedTarget.open(name);
const { target } = counted;
const told = {
  ...target,
  run: (input: Uint8Array) => {
    present.tries(input);
    target.run(input);
  },
};
parentPort!.postMessage(search(told, counted, { ...options, nowMs: () => performance.now() }));
