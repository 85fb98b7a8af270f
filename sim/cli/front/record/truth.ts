import type { CloudService } from "../../../cloud/service.js";
import { intentOnFlash, reasonOnFlash } from "../../../trials/judge/box-memory.js";
import type { Machine } from "../../../world/machine/machine.js";

interface NamedFob {
  readonly fob?: string | undefined;
  readonly name: string;
}

/** A door that stands open: why, for which key, and the fobs that were moved meanwhile. */
interface Opening {
  readonly reason: ReturnType<typeof reasonOnFlash>;
  readonly key: number | undefined;
  readonly moved: string[];
}

/** Choices at the panel that say something of a bin. */
const SAYINGS = ["bin-empty", "bin-holds", "left-inside", "all-out"];

/**
 * Counts where people said or did what was not so: somebody shuts a door and has hung nothing there, takes what was not theirs, or tells the
 * cloud of a key that hangs elsewhere. A box has no eyes: what it then believes of its bins is not its fault.
 */
export class Truth {
  falsehoods = 0;

  watch(machine: Machine, cloud: CloudService): void {
    const open = new Map<number, Opening>();
    machine.bins.watch((event) => {
      if (event.kind === "opened") open.set(event.bin, openingOf(machine, event.bin));
      else if (event.kind === "taken" || event.kind === "put") open.get(event.bin)?.moved.push(event.fob);
      else if (event.kind === "closed") this.#shut(cloud, open.get(event.bin));
    });
  }

  /** In the cloud, of a bin: it is empty, or the fob hangs there. */
  said({ bins }: Machine, bin: number, fob: string | undefined): void {
    if (bins.content(bin) !== fob) this.falsehoods++;
  }

  /** At the panel. */
  chosen({ panel, bins }: Machine, id: string, keys: readonly NamedFob[]): void {
    const { view } = panel;
    const choice = view?.choices.find((one) => one.id === id);
    if (view === undefined || choice === undefined || !SAYINGS.includes(id)) return;
    const named = view.title.params?.bin ?? choice.label.params?.bin;
    const fob = typeof named === "string" ? bins.content(bins.byLabel(named)) : undefined;
    const name = keys.find((key) => key.fob === fob)?.name ?? fob;
    const asked = choice.label.params?.key;
    const isAllOut = bins.state.contents.every((one) => one === null);
    const isThere = fob !== undefined && (asked === undefined || asked === name);
    const isSo = id === "bin-empty" ? fob === undefined : id === "all-out" ? isAllOut : isThere;
    if (!isSo) this.falsehoods++;
  }

  /** Of a bin that was opened for a pick-up or a return, the box takes it that just that was done. */
  #shut(cloud: CloudService, opening: Opening | undefined): void {
    // The box is in doubt of a bin that was opened in an emergency until somebody tells it.
    if (opening === undefined || opening.reason === "emergency") return;
    const { reason, key, moved } = opening;
    const wanted = cloud.store.organisation.keys.find(({ id }) => id === key)?.fob;
    const isDone = reason === undefined ? moved.length === 0 : moved.length === 1 && (wanted ?? moved[0]) === moved[0];
    if (!isDone) this.falsehoods++;
  }
}

function openingOf({ flash }: Machine, bin: number): Opening {
  const reason = reasonOnFlash(flash.journal, bin);
  const key = reason === "exchange" ? intentOnFlash(flash.journal, bin)?.key : undefined;
  return { reason, key, moved: [] };
}
