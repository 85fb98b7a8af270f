import { whyNoXs } from "../engines/xs/compile.js";
import { ROTATION, trialRelease } from "../trials/update-trial/releases.js";
import type { Bench } from "./bench.js";
import { costOnXs } from "./xs-cost.js";

const PIECES = ["signatureBegin", "signatureSlice", "signature", "tweetnaclVerify", "digestBlock"] as const;

export const updateBench: Bench = {
  name: "update",
  summary: "what it costs a box to know that a release is genuine",
  figures: {
    manifestBytes: "envelope of a manifest with two signatures",
    keyListBytes: "envelope of a list of three keys with four signatures",
    signatureBeginComputrons:
      "beginning of one signature, the longest piece in one go; on real XS, left out without a compiler",
    signatureSliceComputrons: "8 of the 256 steps of a signature, which are done in one go",
    signatureComputrons: "one signature, all of its slices",
    tweetnaclVerifyComputrons: "the same by tweetnacl's own verify, which cannot be interrupted",
    digestBlockComputrons: "one block of the image's digest where no hash unit does it",
    signatureSlots: "slots that one signature takes for a while",
  },
  async run(progress) {
    const sizes = { manifestBytes: trialRelease(8, 1_000).envelope.length, keyListBytes: ROTATION.length };
    const missing = whyNoXs();
    progress(missing === undefined ? "signatures on real XS" : `no figures from XS: ${missing}`);
    if (missing !== undefined) return sizes;
    const { costs } = await costOnXs(PIECES, "update-bench.ts");
    const computrons = Object.fromEntries(PIECES.map((piece) => [`${piece}Computrons`, costs[piece].computrons]));
    return { ...sizes, ...computrons, signatureSlots: costs.signature.slots };
  },
};
