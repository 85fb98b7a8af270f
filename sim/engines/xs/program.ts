import { FIRMWARE_VERSION } from "../../../firmware/version.js";
import { Call, ErrorClass, PARTITIONS, Type } from "../../../hal/bridge/codes.js";
import { MessageWriter } from "../../../hal/bridge/message.js";
import type { ImageFault } from "../node-image.js";
import { bundleScript } from "./bundle.js";

/** Bundles by their entry; the sources do not change under them. */
const bundles = new Map<string, Promise<string>>();

/**
 * The program of an image for XS: this tree's firmware, which calls itself `version`, and in which something goes wrong. What goes wrong is
 * put around the bundle; the firmware in it is whole. `entry`: of the bundle, in this folder.
 */
export async function xsProgram(fault: ImageFault, version: string, entry = "machine.ts"): Promise<string> {
  const bundle = bundles.get(entry) ?? bundleScript(entry).then(({ source }) => source);
  bundles.set(entry, bundle);
  const source = await bundle;
  const named = source.replace(`FIRMWARE_VERSION = "${FIRMWARE_VERSION}"`, `FIRMWARE_VERSION = "${version}"`);
  if (named === source && version !== FIRMWARE_VERSION)
    throw new Error("the bundle does not say its version as it did");
  return `${named}\n${WRAPPED[fault]}`;
}

const journalRead = JSON.stringify([Type.call, Call.flashRead, PARTITIONS.indexOf("journal")]);
const refusal = JSON.stringify([
  ...new MessageWriter().begin(Type.throw).u8(ErrorClass.flash).text("the image does not know this part").end(),
]);

const WRAPPED: Readonly<Record<ImageFault, string>> = {
  none: "",
  // At its first command: a program that is evaluated while its image is built could not throw sooner.
  throws: `globalThis.handleCommand = () => {
    throw new Error("the image throws at its first command");
  };`,
  // Says that it booted, and does nothing.
  hangs: `{
    const real = handleCommand;
    globalThis.handleCommand = (message) => {
      const type = new Uint8Array(message)[0];
      return type === ${Type.boot} || type === ${Type.event} ? Uint8Array.of(${Type.done}).buffer : real(message);
    };
  }`,
  "cannot-read-journal": `{
    const real = issueCommand;
    const journalRead = ${journalRead};
    globalThis.issueCommand = (message) => {
      const bytes = new Uint8Array(message);
      return journalRead.every((byte, i) => bytes[i] === byte) ? Uint8Array.from(${refusal}).buffer : real(message);
    };
  }`,
};
