/** What outlives the end of a program that nobody wanted: absent from a HAL that has nothing of the kind. */
export interface CrashPort {
  /**
   * Memory that a reset leaves as it is, of at least 256 bytes. After a loss of power it holds anything. Writing to it costs no flash
   * and works while the program ends.
   */
  readonly kept: Uint8Array;
  /** What the board knows of the reset that began this boot, printable ASCII; undefined: nothing. Counts for a reset that nobody wanted. */
  readonly resetReason: string | undefined;
  /** Called, perhaps more than once, when a fault ends the program, with what it is. It may use `kept`, and nothing else. */
  onFault: ((reason: string) => void) | undefined;
}
