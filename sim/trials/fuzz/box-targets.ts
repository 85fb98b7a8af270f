import type { Target } from "./target.js";
import { FLASH_TARGETS } from "./targets/flash.js";
import { PART_TARGETS } from "./targets/parts.js";
import { WIRE_TARGETS } from "./targets/wire.js";

/** Parsers that boxes have: they run on every engine. */
export const BOX_TARGETS: readonly Target[] = [...WIRE_TARGETS, ...FLASH_TARGETS, ...PART_TARGETS];
