import { CloudError } from "../../cloud/domain.js";
import { type Found, Place } from "./place.js";
import { type Finding, no, type Probe, ProbeError, untried, type Version } from "./probe.js";
import { CONNECTING } from "./probes/connecting.js";
import { DELIVERING } from "./probes/delivering.js";
import { LEAVING } from "./probes/leaving.js";
import { VERSION_5 } from "./probes/version5.js";
import type { InteropTarget } from "./target.js";
import { limited } from "./waiting.js";

export const PROBES: readonly Probe[] = [...CONNECTING, ...DELIVERING, ...LEAVING, ...VERSION_5];

export interface InteropOptions {
  readonly versions: readonly Version[];
  /** s that a probe may take. */
  readonly limitSeconds: number;
  /** s that an idle connection is watched for. */
  readonly idleSeconds: number;
  /** Ids of the features to try besides `connect`; absent: all. */
  readonly features?: readonly string[] | undefined;
  /** For people. */
  readonly progress: (text: string) => void;
}

export interface VersionReport {
  readonly version: Version;
  /** False: the broker does not take a box at this version, and the rest was not tried. */
  readonly isOffered: boolean;
  readonly features: Readonly<Record<string, Finding>>;
}

export interface InteropReport {
  readonly broker: string;
  readonly url: string;
  readonly versions: readonly VersionReport[];
  /** What the box needs and does not get, as `version id`. */
  readonly neededFailed: readonly string[];
}

export const versionName = (version: Version): string => (version === 4 ? "3.1.1" : "5");

/** Tries every feature at every version. Never rejects for what a broker does. */
export async function runInterop(target: InteropTarget, options: InteropOptions): Promise<InteropReport> {
  const versions: VersionReport[] = [];
  for (const version of options.versions) versions.push(await runVersion(target, version, options));
  const broker = target.name ?? (await brokerName(target, options)) ?? target.shown;
  return { broker, url: target.shown, versions, neededFailed: failedOf(versions) };
}

/** A box needs one version, in which everything that it needs is there; what it would not choose does not count. */
function failedOf(versions: readonly VersionReport[]): string[] {
  const offered = versions.filter(({ isOffered }) => isOffered);
  return (offered.length > 0 ? offered : versions).flatMap(({ version, features }) =>
    PROBES.filter(({ id, need }) => need === "needed" && features[id]?.verdict === "no").map(
      ({ id }) => `${versionName(version)} ${id}`,
    ),
  );
}

async function runVersion(target: InteropTarget, version: Version, options: InteropOptions): Promise<VersionReport> {
  const found: Found = { form: "retained" };
  const features: Record<string, Finding> = {};
  const { features: wanted } = options;
  const probes = PROBES.filter(
    ({ id, only, tlsOnly }) =>
      (only ?? version) === version &&
      (!tlsOnly || target.isTls) &&
      (wanted === undefined || id === "connect" || wanted.includes(id)),
  );
  const [connect, ...others] = probes as [Probe, ...Probe[]];
  const run = async (probe: Probe): Promise<void> => {
    const place = new Place(target, version, found, options.idleSeconds);
    const finding = await attempt(probe, place, options.limitSeconds);
    features[probe.id] = finding;
    options.progress(
      `${versionName(version).padEnd(5)} ${mark(finding)} ${probe.title}${finding.note && `: ${finding.note}`}`,
    );
  };
  await run(connect);
  if (features[connect.id]!.verdict === "no") {
    for (const { id } of others) features[id] = untried("no box gets in");
    return { version, isOffered: false, features };
  }
  const background = others.filter(({ inBackground }) => inBackground).map(run);
  for (const probe of others.filter(({ inBackground }) => !inBackground)) await run(probe);
  await Promise.all(background);
  return { version, isOffered: true, features };
}

const mark = ({ verdict }: Finding): string => ({ yes: "yes ", no: "no  ", untried: "-   " })[verdict];

async function attempt(probe: Probe, place: Place, limitSeconds: number): Promise<Finding> {
  const seconds = limitSeconds + (probe.extraSeconds ?? 0);
  try {
    return await limited(probe.run(place), seconds * 1_000, () => `waited ${seconds} s for ${place.waiting.what}`);
  } catch (error) {
    if (error instanceof ProbeError || error instanceof CloudError) return no(error.message);
    // MQTT.js and Node throw plain errors for what a broker does; a fault of the probe itself is of another class.
    if (error instanceof TypeError || error instanceof RangeError || !(error instanceof Error)) throw error;
    return no(error.message);
  } finally {
    place.leave();
  }
}

/** What the broker calls itself. */
async function brokerName(
  target: InteropTarget,
  { versions, limitSeconds }: InteropOptions,
): Promise<string | undefined> {
  const place = new Place(target, versions[0]!, { form: "none" }, 0);
  try {
    return await limited(askName(place), Math.min(limitSeconds, 4) * 1_000, () => "no name");
  } catch (error) {
    if (error instanceof ProbeError) return undefined;
    throw error;
  } finally {
    place.leave();
  }
}

async function askName(place: Place): Promise<string | undefined> {
  const client = await place.client();
  await client.subscribe("$SYS/broker/version");
  await client.got(1);
  return client.received[0]!.payload.toString().replace(" version ", " ").slice(0, 40);
}
