import { expectThat } from "./emergency.js";
import { type Scenario, VIRTUAL_ONLY } from "./scenario.js";
import { Updating } from "./updating.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NEW = 8;
/** While the image comes: of the line, and of the power, in turns. */
const CUTS = 10;
/** They come anywhere between two sectors, ms. */
const JITTER_MS = 2_000;
const LINE = { bytesPerSecond: 20_000, lossPercent: 1 };
/** At least: the bundle for XS is longer. */
const IMAGE_BYTES = 512_000;
/** Of what is sealed, with a part of 1,024 bytes in it. */
const SEALED = 1.08;
/** What a cut may cost: the sector that was under way, asked for once more. */
const AGAIN_BYTES = 2 * 4_096;

export const updateSlow: Scenario = {
  name: "update-slow",
  summary:
    "500 KB of firmware over a line of 20 kB/s that loses one piece in a hundred, with ten cuts of line and power",
  onlyWith: VIRTUAL_ONLY,
  needs: ["links"],
  takesUpdates: true,
  imageBytes: IMAGE_BYTES,
  async play({ stage, people, step, options }) {
    const { rig, world } = stage;
    const updating = new Updating(stage);
    const random = world.random("cuts of a slow line");
    step("the box comes up on a line of 20 kB/s that loses one piece in a hundred");
    rig.links.setQuality(LINE);
    rig.power.connect();
    await stage.untilInSync(10 * MINUTE_MS);
    const imageBytes = updating.workshop.factory.image.length;
    step(`a release of ${imageBytes} bytes is made`);
    await updating.workshop.publish(NEW);
    updating.want(NEW);
    let handedOut = 0;
    stage.broker.virtual?.subscribe(`smartbox/${rig.name}/down/image`, ({ payload }) => {
      handedOut += payload.length;
    });
    await updating.until("begun", NEW);
    const isWhole = () => updating.told().some(({ detail }) => detail.event === "downloaded");
    for (let cut = 1; cut <= CUTS; cut++) {
      const isSoFar = () => handedOut >= ((cut - 0.5) * imageBytes) / CUTS;
      await world.until(isSoFar, HOUR_MS, `the image to come as far as cut ${cut} (${handedOut} bytes)`);
      await world.advance(random.int(JITTER_MS));
      expectThat(!isWhole(), `cut ${cut} to come before the image is whole`);
      step(`cut ${cut}, of the ${cut % 2 === 0 ? "power" : "line"}`);
      if (cut % 2 === 0) rig.power.cut({ backAfterMs: 2_000 });
      else {
        rig.links.setInternet("blackHole");
        await world.advance(10_000);
        rig.links.setInternet("ok");
      }
    }
    step("it is there, tried, and confirmed");
    await updating.until("confirmed", NEW, 12);
    const most = SEALED * imageBytes + CUTS * AGAIN_BYTES;
    expectThat(handedOut >= imageBytes, `the image to come over that line (${handedOut} bytes)`);
    expectThat(handedOut <= most, `a sector again for each cut at most (${handedOut} bytes)`);
    await people.comeAndGo(options.exchanges);
    await world.until(() => updating.runs === NEW, HOUR_MS, `release ${NEW} in the cloud`);
    await stage.untilInSync(15 * MINUTE_MS);
  },
};
