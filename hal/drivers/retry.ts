import { IoError } from "../io/io-error.js";

/** Runs `io` again after an IoError, `tries` times in all; throws the last one. For work that may be done twice. */
export function retry<T>(tries: number, io: () => T): T {
  for (let left = tries - 1; ; left--) {
    try {
      return io();
    } catch (error) {
      if (!(error instanceof IoError) || left <= 0) throw error;
    }
  }
}

/** The outcome of `io`, or the IoError that it threw. */
export function outcome<T>(io: () => T): T | IoError {
  try {
    return io();
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return error;
  }
}
