import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { KeyList, SignedEnvelope } from "../../firmware/update/manifest.js";
import { encodeReleaseFile } from "../../sim/cloud/releases/release-file.js";
import { FIRST_KEYS, signer, trialRelease } from "../../sim/trials/update-trial/releases.js";
import { it } from "./support/room.js";

vi.setConfig({ testTimeout: 120_000 });

it("the shelf, rollouts and versions at the terminal", async ({ room }) => {
  const at = (name: string) => join(room.data, name);
  const expires = 4_000_000_000;
  const [good, weak] = [trialRelease(8, 5_000, { expires }), trialRelease(9, 5_000, { expires }, [signer(0)])];
  await writeFile(at("keys-1.cbor"), SignedEnvelope.encode({ manifest: KeyList.encode(FIRST_KEYS), signatures: [] }));
  await writeFile(at("MS5-8.release"), encodeReleaseFile(1, good.envelope, good.image));
  await writeFile(at("MS5-9.release"), encodeReleaseFile(1, weak.envelope, weak.image));
  const box = room.start();
  await box.do("help cloud update", /cloud update start MODEL RELEASE[\s\S]*cloud update versions/);
  await box.do("help cloud update start", /in waves of 5, 25, 50, 100[\s\S]*for example: cloud update start MS5 8/);
  await box.do("cloud update", /no release is on the shelf: `npm run release` makes one/);
  await box.do(`cloud update add ${at("MS5-8.release")}`, /! .*add keys-1\.cbor first/);
  await box.do(`cloud update add ${at("keys-1.cbor")}`, /list 1 of release keys: 2 of 3 sign is on the shelf/);
  await box.do(`cloud update add ${at("MS5-9.release")}`, /! .*1 of the keys of list 1 signed it, and 2 have to/);
  await box.do(`cloud update add ${at("MS5-8.release")}`, /release 8 of MS5, 0\.8\.0 is on the shelf/);
  await box.do("cloud update start MS5", /! RELEASE is missing/);
  await box.do("cloud update start MS5 9", /! there is no release 9 of MS5 on the shelf/);
  await box.do("cloud update start MS5 8", /release 8 to MS5 goes on; wave 1 of 4, 5 in a hundred/);
  await box.do("cloud update pause MS5", /is paused/);
  await box.do("cloud update", /MS5 +8 +0\.8\.0 +5 KiB[\s\S]*release 8 to MS5 is paused/);
  await box.do("cloud update pin MS5-PARIS none", /has what the rollout gives it/);
  await box.do("cloud update pin MS4-TOKYO 8", /! there is no release 8 of MS4/);
  await box.do("cloud update versions below 9", /MS5-PARIS +MS5 +1 .*8, not now: the rollout is paused[\s\S]*3 boxes/);
  await box.do("cloud update versions 7", /no box/);
  await box.do("cloud update versions seven", /! seven is no number of a release/);
  await box.do("cloud down", /down/);
  await box.do("cloud update resume MS5", /! the cloud is down/);
  expect(await box.end()).toBe(0);
});
