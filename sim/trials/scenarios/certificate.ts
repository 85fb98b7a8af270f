import { expectThat } from "./emergency.js";
import { type Act, BROKER_TURNS, type Scenario } from "./scenario.js";

const MINUTE_MS = 60_000;
const KNOWN_CODE = "135790";
/** Of the sealed time: what a round trip may leave. */
const CLOCK_ERROR_MAX_S = 5;

/**
 * The site lets nothing out but TLS to the broker: no NTP. The box takes the time from the cloud's sealed answer, and holds the
 * certificate that it has seen against that.
 */
export const certificate: Scenario = {
  name: "certificate",
  summary: "a box without a time gets it by the cloud's sealed answer; a certificate that has ended by then is refused",
  onlyWith: BROKER_TURNS,
  needs: ["links", "clock"],
  async play(act) {
    const { stage, people, step } = act;
    const { rig, world, broker } = stage;
    const certify = broker.certify;
    if (certify === undefined) throw new Error("this broker's certificate is as it is: use the virtual one");
    step("the clock is lost: the box is online all the same, and has the time");
    rig.clock.lose();
    rig.power.connect();
    await stage.untilInSync(5 * MINUTE_MS);
    expectTime(act);
    step("the certificate ends in an hour, and nobody renews it: the session ends with it");
    certify({ from: 0, until: world.wallSeconds() + 3_600 });
    await reconnected(act);
    await stage.untilInSync(5 * MINUTE_MS);
    // Short of the hour by more than a hello: one that comes after it ends the session.
    await world.advance(52 * MINUTE_MS);
    expectThat(stage.cloud.store.boxState(rig.name).online, "a box that is online while the certificate holds");
    await world.until(() => offline(act), 18 * MINUTE_MS, "the box to end the session");
    await reads(act, "offline-certificate-ended");
    await people.pickUp(KNOWN_CODE);
    step("without a time it connects, is told the time, and ends that session too");
    rig.clock.lose();
    rig.power.cut({ backAfterMs: 5_000 });
    await world.until(() => rig.clock.errorSeconds !== undefined, 10 * MINUTE_MS, "the time");
    expectTime(act);
    await world.advance(20 * MINUTE_MS);
    expectThat(offline(act), "a box that stays away from the broker");
    await reads(act, "offline-certificate-ended");
    step("the certificate is renewed: all is told");
    certify({ from: world.wallSeconds() - 60, until: world.wallSeconds() + 365 * 86_400 });
    await stage.untilInSync(5 * MINUTE_MS);
    expectThat(!offline(act), "a box that is online again");
  },
};

function offline({ stage }: Act): boolean {
  return stage.rig.panel.view?.notices.some(({ id }) => id.startsWith("notice-offline")) ?? false;
}

function expectTime({ stage }: Act): void {
  const error = stage.rig.clock.errorSeconds;
  expectThat(error !== undefined && Math.abs(error) <= CLOCK_ERROR_MAX_S, `the right time (off by ${error} s)`);
}

/** The certificate that counts is the one that a connection began with. */
async function reconnected({ stage }: Act): Promise<void> {
  stage.rig.links.setInternet("blackHole");
  await stage.world.advance(5 * MINUTE_MS);
  stage.rig.links.setInternet("ok");
}

/** The status screen says `id`. */
async function reads({ stage, people }: Act, id: string): Promise<void> {
  const { rig, person } = stage;
  await people.idle();
  await person.choose("status");
  const said = rig.panel.view?.lines.map((line) => line.id) ?? [];
  expectThat(said.includes(id), `${id} on the status screen (${said.join(", ")})`);
  await people.idle();
}
