/** What evaluates inputs of the fuzzer's corpus on XS: the parsers of a box. */
import { BOX_TARGETS } from "./box-targets.js";
import { bytesOfHex } from "./hex.js";
import { wrongWith } from "./wrong.js";

/** Gives a parser inputs, in hexadecimal. Throws what is wrong with the first that it does not bear. */
const fuzz = (name: string, inputs: readonly string[]): void => {
  const target = BOX_TARGETS.find((one) => one.name === name)!;
  for (const hex of inputs) {
    const wrong = wrongWith(target, bytesOfHex(hex));
    if (wrong !== undefined) throw new Error(`${hex}: ${wrong}`);
  }
};

Object.assign(globalThis, { fuzz });
