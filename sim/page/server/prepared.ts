import * as v from "valibot";

const Shape = v.record(
  v.string(),
  v.object({
    /** When the pack was saved last, s since 1970 UTC, and the sheet that was in it. */
    packAt: v.optional(v.number()),
    sheet: v.optional(v.number()),
    /** When the list of keys was. */
    keysAt: v.optional(v.number()),
  }),
);
export const PreparedSchema = v.object({ format: v.literal(1), boxes: Shape });
export type PreparedState = v.InferOutput<typeof PreparedSchema>;

/** What was saved to be printed or kept for an outage, by box, and when. */
export class Prepared {
  readonly #boxes: PreparedState["boxes"];
  readonly #keep: (state: PreparedState) => void;

  /** `keep` makes what has changed outlive a restart. */
  constructor(state: PreparedState | undefined, keep: (state: PreparedState) => void) {
    this.#boxes = { ...state?.boxes };
    this.#keep = keep;
  }

  of(box: string): PreparedState["boxes"][string] {
    return this.#boxes[box] ?? {};
  }

  note(box: string, what: PreparedState["boxes"][string]): void {
    this.#boxes[box] = { ...this.of(box), ...what };
    this.#keep({ format: 1, boxes: this.#boxes });
  }
}
