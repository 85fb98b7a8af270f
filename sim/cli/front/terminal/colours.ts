import pc from "picocolors";

/** picocolors, which minds NO_COLOR. */
export type Colours = ReturnType<typeof pc.createColors>;
export const colours: Colours = pc;
