import { execFileSync } from "node:child_process";
import { findSdk, type Sdk } from "../../../sim/cli/firmware/sdk.js";
import { whyNoMosquitto } from "../../support/mosquitto.js";

/** The SDK with all that its simulator needs here, or why tests in it cannot run. They never must: no CI has it. */
export function simulatorSdk(): Sdk | { readonly missing: string } {
  const sdk = findSdk(process.env);
  if ("missing" in sdk) return skipped(sdk.missing);
  if (process.platform !== "linux") return skipped("the image is for the SDK's simulator on Linux");
  try {
    execFileSync("sh", ["-c", "command -v Xvfb"], { stdio: "ignore" });
  } catch {
    return skipped("Xvfb is not installed: on Debian, apt-get install xvfb");
  }
  const missing = whyNoMosquitto();
  return missing === undefined ? sdk : { missing };
}

function skipped(missing: string): { readonly missing: string } {
  console.warn(`skipped: ${missing}`);
  return { missing };
}
