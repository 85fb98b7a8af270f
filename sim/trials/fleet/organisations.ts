import { randomBytes } from "node:crypto";
import type { Identity } from "../../../firmware/identity/contract.js";
import { type Box, hexToBytes } from "../../cloud/domain.js";
import { CloudService } from "../../cloud/service.js";
import type { CloudDocument } from "../../cloud/state.js";
import { CloudStore } from "../../cloud/store.js";

/** Boxes of one organisation. */
export const BOXES_A_TENANT = 100;
export const BINS = 8;
const KEYS = 20;

/** An organisation with so many boxes, a few keys, and somebody who may take them. `first`: number of its first box. */
export function organisationOf(first: number, boxes: number): CloudDocument {
  const cloud = new CloudService({
    store: new CloudStore(),
    now: () => Date.now() / 1_000,
    timers: { set: () => 0, clear: () => {} },
    random: (count) => new Uint8Array(randomBytes(count)),
  });
  const { admin } = cloud;
  const { id: location } = admin.addLocation({ name: "Fleet", timeZone: "Europe/Paris", language: "en" });
  for (let i = 0; i < boxes; i++) {
    const bins = Array.from({ length: BINS }, (_, bin) => `A-${bin + 1}`);
    admin.addNewBox({ id: `FLEET-${first + i}`, model: "MS5", location, bins });
  }
  const keys = admin.addKeys(
    Array.from({ length: KEYS }, (_, i) => ({ name: `Key ${i + 1}`, roaming: false, home: location })),
  );
  const { id: user } = admin.addUser({ name: "Somebody" });
  admin.addAccess(user, keys[0]!.id, { kind: "ongoing" });
  cloud.close();
  return cloud.store.document;
}

export function fleetIdentity(box: Box, broker: { readonly host: string; readonly port: number }): Identity {
  return {
    box: box.id,
    sealingKey: hexToBytes(box.sealingKey),
    codesKey: hexToBytes(box.codesKey),
    lookupKey: hexToBytes(box.lookupKey),
    broker: { ...broker, username: box.username, password: box.password },
  };
}
