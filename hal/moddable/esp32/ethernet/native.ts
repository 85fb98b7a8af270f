import type { EthernetChip } from "./ethernet-link.js";

/** The W5500 of a board (`w5500.c`, which only an image with one holds). */
export const W5500: EthernetChip = {
  start: (changed) => native("xs_smartbox_ethernetStart").call(undefined, changed),
  stop: () => native("xs_smartbox_ethernetStop").call(undefined),
  hasAddress: () => native("xs_smartbox_ethernetHasAddress").call(undefined),
};
