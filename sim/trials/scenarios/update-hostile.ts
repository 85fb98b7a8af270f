import type { PublishOptions } from "../stage/update-side.js";
import { signer } from "../update-trial/releases.js";
import { expectThat } from "./emergency.js";
import { type Scenario, VIRTUAL_ONLY } from "./scenario.js";
import { Updating } from "./updating.js";

const MINUTE_MS = 60_000;
const OLD = 7;

/** What a cloud in the wrong hands could hand out, and why the box does not take it. */
const ATTEMPTS: readonly (readonly [string, PublishOptions, string])[] = [
  ["signed by one of the two that it takes", { signers: [signer(0)] }, "signatures"],
  ["signed twice by the same key", { signers: [signer(1), signer(1)] }, "signatures"],
  ["signed by strangers", { signers: [signer(4, 0), signer(5, 1)] }, "signatures"],
  ["for another model", { manifest: { model: "MS4" } }, "other-model"],
  ["expired", { manifest: { expires: 1_600_000_000 } }, "expired"],
  ["below the floor", { manifest: { floor: 0 } }, "rollback"],
  ["that needs a release which was never here", { manifest: { from: 100 } }, "stepping-stone"],
  ["that cannot read the journal that is there", { manifest: { formats: [2, 2, 1, 1] } }, "formats"],
  ["that writes what the old one cannot read", { manifest: { formats: [1, 2, 1, 1] } }, "formats"],
  ["too large for a slot", { manifest: { total: 16_000_000 } }, "no-room"],
  [
    "signed, with another image behind it",
    { handedOut: (image) => image.map((byte, i) => (i === 900 ? ~byte : byte)) },
    "digest",
  ],
];

export const updateHostile: Scenario = {
  name: "update-hostile",
  summary:
    "a cloud in the wrong hands: too few signatures, strangers, another model, expired, older, spoilt; refused, with the reason",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  takesUpdates: true,
  async play({ stage, people, step, options }) {
    const updating = new Updating(stage);
    step("the box comes up with the release of the factory");
    stage.rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    let release = OLD;
    for (const [what, wrong, reason] of ATTEMPTS) {
      release++;
      step(`a release ${what}`);
      await updating.workshop.publish(release, wrong);
      updating.want(release);
      const { detail } = await updating.until("refused", release);
      expectThat(detail.reason === reason, `${what}: "${reason}" (${detail.reason})`);
    }
    expectThat(updating.runs === OLD, `release ${OLD} (${updating.runs})`);
    step("people are served as always, and a genuine release is taken after all of that");
    await people.comeAndGo(options.exchanges);
    await updating.workshop.publish(release + 1);
    updating.want(release + 1);
    await updating.until("confirmed", release + 1);
    await stage.untilInSync(15 * MINUTE_MS);
  },
};
