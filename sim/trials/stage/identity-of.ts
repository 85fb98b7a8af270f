import type { Identity } from "../../../firmware/identity/contract.js";
import { type Box, hexToBytes } from "../../cloud/domain.js";

/** What a box's identity partition holds: its secrets as the cloud has them, and the way to its broker. */
export function identityOf(
  { id, sealingKey, codesKey, lookupKey, username, password }: Box,
  broker: Pick<Identity["broker"], "host" | "port" | "authority"> & Partial<Identity["broker"]>,
): Identity {
  return {
    box: id,
    sealingKey: hexToBytes(sealingKey),
    codesKey: hexToBytes(codesKey),
    lookupKey: hexToBytes(lookupKey),
    broker: { username, password, ...broker },
  };
}
