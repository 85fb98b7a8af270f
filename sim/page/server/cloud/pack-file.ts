import { TWEETNACL_HASH } from "../../../../firmware/crypto/tweetnacl-hash.js";
import { formatText } from "../../../../firmware/panel/texts/catalogue.js";
import { LANGUAGES } from "../../../cloud/domain.js";
import { keysCsv } from "../../../cloud/pack/csv.js";
import { makePack } from "../../../cloud/pack/pack.js";
import { packPdf } from "../../../cloud/pack/pdf/pdf.js";
import { wordsFor } from "../../../cloud/pack/texts/texts.js";
import type { Asked } from "./lists.js";

/** The emergency pack as one prints it. Throws CloudError. */
export async function packFile(asked: Asked, language: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const { pack, words } = packIn(asked, language);
  const { bytes } = await packPdf(pack, words, "A4");
  return new Uint8Array(bytes);
}

/** Which key is on which fob, and where: a table. Throws CloudError. */
export function keysFile(asked: Asked, language: string | undefined): string {
  return keysCsv([packIn(asked, language)]);
}

function packIn({ cloud, box, now }: Asked, wanted: string | undefined) {
  const language = LANGUAGES.find((one) => one === wanted) ?? "en";
  const pack = makePack({ store: cloud.store, hash: TWEETNACL_HASH, nowSeconds: now, isSample: false }, box.id);
  return { pack, words: wordsFor(pack, language, formatText) };
}
