import type { Front } from "../front/front.js";

/** A front that nobody looks at; what it complains of is kept. */
export class SilentFront implements Front {
  readonly columns = 80;
  readonly complaints: string[] = [];
  open(): void {}
  echo(): void {}
  tell(): void {}
  complain(lines: readonly string[]): void {
    this.complaints.push(lines.join(" "));
  }
  notice(): void {}
  progress(): void {}
  close(): void {}
}
