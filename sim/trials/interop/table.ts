import type { Finding, Need, Version } from "./probe.js";
import { type InteropReport, PROBES, type VersionReport, versionName } from "./run.js";

/** Broker × version × feature, as Markdown. */
export function interopTable(reports: readonly InteropReport[]): string {
  const columns = reports.flatMap(({ broker, versions }) => versions.map((one) => ({ broker, one })));
  const heads = columns.map(({ broker, one }) => `${broker}, ${versionName(one.version)}`);
  const rows = PROBES.filter(({ id }) => columns.some(({ one }) => one.features[id] !== undefined)).map(
    ({ id, title, need, only }) => [title, need, ...columns.map(({ one }) => cell(one, id, need, only))],
  );
  return [["feature", "", ...heads], ["---", "---", ...heads.map(() => "---")], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function cell(
  { version, isOffered, features }: VersionReport,
  id: string,
  need: Need,
  only: Version | undefined,
): string {
  if (only !== undefined && only !== version) return "";
  const finding: Finding | undefined = features[id];
  if (finding === undefined) return "";
  if (!isOffered) return id === "connect" ? "not offered" : "";
  if (finding.verdict === "untried") return "–";
  if (finding.verdict === "yes") return "yes";
  return need === "needed" ? "**no**" : "no";
}
