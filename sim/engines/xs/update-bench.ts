/** What `npm run bench -- update` evaluates in a worker: pieces of verifying an update, without a HAL. */
import nacl from "tweetnacl";
import { TWEETNACL_HASH } from "../../../firmware/crypto/tweetnacl-hash.js";
import { SlicedVerification } from "../../../firmware/update/ed25519.js";

const message = new Uint8Array(120).fill(5);
const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(9));
const signature = nacl.sign.detached(message, secretKey);
const begin = () => new SlicedVerification(publicKey, message, signature, TWEETNACL_HASH);
const SLICE_STEPS = 8;
const ALL_STEPS = 256;
const begun = begin();
const block = new Uint8Array(64 + 4_096).fill(3);

function must(verdict: boolean | undefined): void {
  if (verdict !== true) throw new Error("a good signature is refused");
}

const work: Readonly<Record<string, () => unknown>> = {
  nothing: () => 0,
  signatureBegin: begin,
  signatureSlice: () => begun.step(SLICE_STEPS),
  signature: () => must(begin().step(ALL_STEPS)),
  tweetnaclVerify: () => must(nacl.sign.detached.verify(message, signature, publicKey)),
  digestBlock: () => nacl.hash(block),
};

Object.assign(globalThis, { work });
