import { TWEETNACL_HASH } from "../../../../firmware/crypto/tweetnacl-hash.js";
import { formatText } from "../../../../firmware/panel/texts/catalogue.js";
import type { Language } from "../../../cloud/domain.js";
import { makePack } from "../../../cloud/pack/pack.js";
import { packPdf } from "../../../cloud/pack/pdf/pdf.js";
import { wordsFor } from "../../../cloud/pack/texts/texts.js";
import type { Asked } from "./lists.js";

/** The emergency pack as one prints it. Throws CloudError. */
export async function packFile({ cloud, box, now }: Asked, language: Language): Promise<Uint8Array<ArrayBuffer>> {
  const pack = makePack({ store: cloud.store, hash: TWEETNACL_HASH, nowSeconds: now, isSample: false }, box.id);
  const { bytes } = await packPdf(pack, wordsFor(pack, language, formatText), "A4");
  return new Uint8Array(bytes);
}
