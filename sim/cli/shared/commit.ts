import { spawnSync } from "node:child_process";

/** The commit that runs, with a `+` where files differ from it; `no commit` outside a repository. */
export function commit(): string {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" });
  const { status, stdout } = git("rev-parse", "--short=12", "HEAD");
  if (status !== 0) return "no commit";
  return `${stdout.trim()}${git("status", "--porcelain", "--untracked-files=no").stdout === "" ? "" : "+"}`;
}
