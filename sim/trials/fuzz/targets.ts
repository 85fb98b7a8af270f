import type { Target } from "./target.js";
import { CLOUD_TARGETS } from "./targets/cloud.js";
import { FLASH_TARGETS } from "./targets/flash.js";
import { PART_TARGETS } from "./targets/parts.js";
import { WIRE_TARGETS } from "./targets/wire.js";

/** Every parser on trial, by its file. */
export const GROUPS: Readonly<Record<string, readonly Target[]>> = {
  wire: WIRE_TARGETS,
  flash: FLASH_TARGETS,
  parts: PART_TARGETS,
  cloud: CLOUD_TARGETS,
};
export const TARGETS: readonly Target[] = Object.values(GROUPS).flat();
