import { InvalidArgumentError } from "commander";

/** For commander: a whole number, 0 or more. */
export function whole(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError("a whole number, 0 or more, is needed");
  }
  return value;
}

/** For commander: a TCP port; 0 means any free one. */
export function port(text: string): number {
  const value = whole(text);
  if (value > 65_535) throw new InvalidArgumentError("a port is 0 to 65535");
  return value;
}
