import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Patch, patched } from "./patches.js";

const XSNAP = "@agoric/xsnap";
const LIST = "sim/engines/xs/mcu-patches.ts";

/** What must change in XS's own sources so that a machine can live on objects in flash (hal/mcu). */
export const XS_PATCHES: readonly Patch[] = [
  // The first copy of an object with private fields kept the first of them alone.
  {
    package: XSNAP,
    file: "xsType.c",
    pattern:
      /txSlot\*\* address = &to->value\.private\.first;\n\t\t\ttxSlot\* slot;\n\t\t\twhile \(\(slot = \*address\)\) \{\n\t\t\t\t\*address = slot = fxDuplicateSlot\(the, slot\);\n\t\t\t\taddress = &slot->next;\n\t\t\t\}/g,
    replacement: `txSlot** address = &to->value.private.first;
			txSlot* field = to->value.private.first;
			*address = C_NULL;
			while (field) {
				*address = fxDuplicateSlot(the, field);
				address = &(*address)->next;
				field = field->next;
			}`,
    places: 1,
  },
  // Copies are numbered, and 0 is how XS says that there is none.
  {
    package: XSNAP,
    file: "xsMemory.c",
    pattern: /^\ttxID aliasCount = 0;$/gm,
    replacement: "\ttxID aliasCount = 1;",
    places: 1,
  },
  // Functions without `length` and `name` of their own, two slots less each. Nothing of the firmware asks for them.
  {
    package: XSNAP,
    file: "xsDefaults.c",
    pattern: /^\tfxNewFunctionLength,\n\tfxNewFunctionName,$/gm,
    replacement: "\tC_NULL,\n\tC_NULL,",
    places: 1,
  },
  // The collector marks a chunk in the chunk: one in flash it leaves alone.
  {
    package: XSNAP,
    file: "xsMemory.c",
    pattern: /\(\(txChunk\*\)\(\(\(txByte\*\)_THE_DATA\) - sizeof\(txChunk\)\)\)->size \|= mxChunkFlag/g,
    replacement: "if (!mxInRom(_THE_DATA)) ((txChunk*)(((txByte*)_THE_DATA) - sizeof(txChunk)))->size |= mxChunkFlag",
    places: 1,
  },
  // Bytes are copied at once, as in the SDK's newer XS: this one compares the wrong two things, and copies each by itself.
  {
    package: XSNAP,
    file: "xsDataView.c",
    pattern: /if \(dispatch == sourceDispatch\)/g,
    replacement: "if (dispatch->value.typedArray.dispatch == sourceDispatch->value.typedArray.dispatch)",
    places: 2,
  },
  {
    package: XSNAP,
    file: "xsDataView.c",
    pattern:
      /^\t\t\tlength = fxCheckDataViewSize\(the, view, buffer, XS_IMMUTABLE\);\n(?=\t\t\tmxPushUndefined\(\);\n\t\t\twhile \(\(start < length\) && \(start < end\)\) \{)/gm,
    replacement: `$&			if (end * delta <= length && resultBuffer->value.reference != buffer->value.reference
				&& resultDispatch->value.typedArray.dispatch == dispatch->value.typedArray.dispatch) {
				txByte* to = resultBuffer->value.reference->next->value.arrayBuffer.address;
				txByte* from = buffer->value.reference->next->value.arrayBuffer.address;
				c_memmove(to + resultView->value.dataView.offset, from + view->value.dataView.offset + start * delta, count * delta);
				start = end;
			}
`,
    places: 1,
  },
  // The loop that runs bytecode. What lives over a setjmp a compiler keeps on the stack, all the loop long, and that costs a sixth of all
  // instructions: so nothing lives over it.
  {
    package: XSNAP,
    file: "xsRun.c",
    pattern: /^\ttxJump\* yieldJump = the->firstJump;$/gm,
    replacement: `$&
	volatile struct {
		txMachine* the; txSlot *stack, *scope, *frame, *environment, *slot; txByte* code; txS4 offset;
	} kept;`,
    places: 1,
  },
  {
    package: XSNAP,
    file: "xsRun.c",
    pattern: /if \(c_setjmp\(jump->buffer\) ([!=]= [01])\) \{/g,
    replacement: `kept.the = the, kept.stack = stack, kept.scope = scope, kept.frame = frame;
				kept.environment = environment, kept.slot = slot, kept.code = code, kept.offset = offset;
				const int jumped = c_setjmp(jump->buffer);
				the = kept.the, stack = kept.stack, scope = kept.scope, frame = kept.frame;
				environment = kept.environment, slot = kept.slot, code = kept.code, offset = kept.offset;
				if (jumped $1) {`,
    places: 2,
  },
];

/** Writes the patched files of XS's sources (the folder `xs` of the package) into `dir`. Throws PatchError. */
export function patchXs(xs: string, dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const file of new Set(XS_PATCHES.map((patch) => patch.file))) {
    const source = readFileSync(join(xs, "sources", file), "utf8");
    const text = patched(XSNAP, file, source, XS_PATCHES, LIST);
    const path = join(dir, file);
    // Only what has changed is compiled again.
    if (!isSame(path, text)) writeFileSync(path, text);
  }
}

function isSame(path: string, text: string): boolean {
  try {
    return readFileSync(path, "utf8") === text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return false;
  }
}
