/** What a printed sheet of offline codes holds (`SPEC.md`): the box asks for its codes, and the cloud prints them. */

/** Numbers printed on a sheet for each bin, for all bins, and for the release from the wall. */
export const CODES_A_SHEET = { bin: 10, all: 5, unmount: 3 } as const;
export const LAST_SHEET = 999;
/** An accepted code opens its target again for so long (door jam, power cut), s. */
export const GRACE_SECONDS = 600;
