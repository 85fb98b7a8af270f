import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../tidy/sources.js";

/** What IDF's bootloader and system are set to in an image: the SDK's defaults, with the board's on top, merged as mcconfig does. */

const SDK = process.env.MODDABLE;

/** What SDK 8.2.3 sets of all this, where the SDK is not at hand: `xsProj-esp32s3` and `xsProj-esp32`, sdkconfig.defaults and .release. */
const SDK_SETS = {
  esp32s3: [
    "CONFIG_ESP_SYSTEM_PANIC_GDBSTUB=y",
    "CONFIG_FREERTOS_CHECK_STACKOVERFLOW_PTRVAL=y",
    "CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y",
  ],
  esp32: [
    "CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS=y",
    "CONFIG_FREERTOS_CHECK_STACKOVERFLOW_PTRVAL=y",
    "CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y",
    "CONFIG_ESP_SYSTEM_PANIC_GDBSTUB=n",
  ],
} as const;
const SDK_LEAVES_OUT = ["CONFIG_ESP_INT_WDT", "CONFIG_ESP_TASK_WDT_EN", "CONFIG_PARTITION_TABLE_MD5"];

function sdkLines(chip: keyof typeof SDK_SETS): readonly string[] {
  if (SDK === undefined) return SDK_SETS[chip];
  const folder = join(SDK, `build/devices/esp32/xsProj-${chip}`);
  return ["sdkconfig.defaults", "sdkconfig.defaults.release"]
    .map((file) => join(folder, file))
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, "utf8").split("\n"));
}

/** The last line about a name counts. What is set to `n` is left empty by mcconfig, and IDF takes its own default then: n for all that is asked here. */
function merged(board: string, chip: keyof typeof SDK_SETS): ReadonlyMap<string, string> {
  const own = readFileSync(join(ROOT, `hal/moddable/targets/${board}/sdkconfig/sdkconfig.defaults`), "utf8").split(
    "\n",
  );
  const settings = new Map<string, string>();
  for (const line of [...sdkLines(chip), ...own]) {
    const [name, value] = line.startsWith("#") ? [] : line.split("=");
    if (name && value !== undefined) settings.set(name, value);
  }
  return settings;
}

describe.each([
  ["ms5", "esp32s3"],
  ["ms4", "esp32"],
] as const)("the image of %s", (board, chip) => {
  const settings = merged(board, chip);
  const ofChoice = (prefix: string, names: readonly string[]) =>
    names.filter((name) => settings.get(prefix + name) === "y");

  it("boots again after a panic: it waits for no debugger, with keys inside", () => {
    const panic = ofChoice("CONFIG_ESP_SYSTEM_PANIC_", ["PRINT_HALT", "PRINT_REBOOT", "SILENT_REBOOT", "GDBSTUB"]);
    expect(panic).toEqual(["PRINT_REBOOT"]);
  });

  it.each([
    [
      "the watchdogs are on, and bite",
      ["ESP_INT_WDT", "ESP_TASK_WDT_EN", "ESP_TASK_WDT_PANIC", "BOOTLOADER_WDT_ENABLE"],
    ],
    ["the brown-out detector is on", ["ESP_BROWNOUT_DET"]],
    ["the partition table has its checksum", ["PARTITION_TABLE_MD5"]],
    ["an image that does not confirm itself is rolled back", ["BOOTLOADER_APP_ROLLBACK_ENABLE"]],
  ])("%s", (_, names) => {
    expect(names.map((name) => `${name}=${settings.get(`CONFIG_${name}`)}`)).toEqual(names.map((name) => `${name}=y`));
  });

  it("is validated at each boot, also from sleep", () => {
    const skips = [...settings].filter(
      ([name, value]) => name.startsWith("CONFIG_BOOTLOADER_SKIP_VALIDATE") && value === "y",
    );
    expect(skips).toEqual([]);
  });

  it("looks for an overrun stack by its canary, and for an overrun heap", () => {
    expect(ofChoice("CONFIG_FREERTOS_CHECK_STACKOVERFLOW_", ["NONE", "PTRVAL", "CANARY"])).toEqual(["CANARY"]);
    expect(ofChoice("CONFIG_HEAP_POISONING_", ["DISABLED", "LIGHT", "COMPREHENSIVE"])).toEqual(["LIGHT"]);
  });

  it("knows the flash that the board has", () => {
    expect(ofChoice("CONFIG_ESPTOOLPY_FLASHSIZE_", ["4MB", "8MB", "16MB"])).toEqual(["16MB"]);
  });

  it("leaves nothing to what the SDK's defaults turn off", () => {
    expect(SDK_LEAVES_OUT.filter((name) => settings.get(name) !== "y")).toEqual([]);
  });
});
