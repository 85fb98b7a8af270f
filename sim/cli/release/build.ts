import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Manifest } from "../../../firmware/update/manifest.js";
import { CloudError } from "../../cloud/domain.js";
import { digestOf, makeImage } from "../../cloud/releases/image.js";
import { ROOT } from "../../engines/xs/bundle.js";

/** The packages that there are on a box. */
export const BOX_PACKAGES: readonly string[] = ["cbor-x", "mqtt-packet", "tweetnacl"];

/** Names of packages of what is released, besides the cloud, which has them all. */
export interface Packages {
  readonly image: readonly string[];
  readonly page: readonly string[];
}

export interface ReleaseFacts {
  readonly release: number;
  readonly model: string;
  /** Its version in words. */
  readonly firmware: string;
  /** Security version. */
  readonly security: number;
  /** s since 1970 UTC. */
  readonly expires: number;
  /** The lowest release that it may follow. */
  readonly from?: number | undefined;
}

/** Files of a release's folder. */
export const IMAGE_FILE = "image.bin";
export const MANIFEST_FILE = "manifest.cbor";
const SUMMARY_FILE = "release.json";
const IMAGE_PARTS_FILE = "image.cdx.json";
const CLOUD_PARTS_FILE = "cloud.cdx.json";
const PAGE_PARTS_FILE = "page.cdx.json";

/** The formats that firmware of this tree reads and writes until it is confirmed (firmware/update/SPEC.md section 7). */
const FORMATS = [1, 1, 1, 1] as const;

/** Image, manifest and lists of parts, the same bytes for the same sources and facts. Throws MessageError on facts that no manifest can have. */
export function buildRelease(facts: ReleaseFacts, payload: Uint8Array, packages: Packages, out: string): Manifest {
  const { release, model, firmware, security, expires, from } = facts;
  const image = makeImage({ release, security, model }, payload);
  const manifest: Manifest = {
    release,
    model,
    firmware,
    total: image.length,
    digest: digestOf(image),
    floor: security,
    expires,
    formats: FORMATS,
    ...(from !== undefined && { from }),
  };
  const encoded = Manifest.encode(manifest);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, IMAGE_FILE), image);
  writeFileSync(join(out, MANIFEST_FILE), encoded);
  const digest = Buffer.from(manifest.digest).toString("hex");
  write(join(out, SUMMARY_FILE), { ...facts, imageBytes: image.length, digest });
  const parts = partsOf();
  write(join(out, CLOUD_PARTS_FILE), parts);
  write(join(out, IMAGE_PARTS_FILE), partsAmong(parts, packages.image));
  write(join(out, PAGE_PARTS_FILE), partsAmong(parts, packages.page));
  return manifest;
}

interface Bom {
  readonly components: readonly { readonly name: string }[];
  readonly [other: string]: unknown;
}

/** Everything that runs, as CycloneDX, by npm itself from the lock file; without what is another each time. */
function partsOf(): Bom {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"];
  const {
    serialNumber: _,
    metadata,
    ...rest
  } = JSON.parse(execFileSync("npm", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })) as Bom & {
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  const { timestamp: __, tools: ___, component, ...told } = metadata;
  const named = { ...(component as object), name: "smartbox-firmware" };
  return { ...rest, metadata: { ...told, component: named } };
}

/** Throws CloudError where one of them is none of those that run. */
function partsAmong(parts: Bom, packages: readonly string[]): object {
  const components = parts.components.filter(({ name }) => packages.includes(name));
  if (components.length !== packages.length) {
    const found = components.map(({ name }) => name).join(", ");
    throw new CloudError(`the lock file has of ${packages.join(", ")} only ${found}`);
  }
  return { ...parts, components, dependencies: undefined };
}

function write(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
