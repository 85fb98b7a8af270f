/** NFC reader for key fobs and badges. */
export interface ReaderPort {
  /**
   * Called once when a tag comes into the field with the serial number it carries: 1 to 16 printable ASCII characters on a
   * good read, anything at all on a bad one (the caller checks). A tag held in the field is not reported again.
   */
  onScan: ((serial: string) => void) | undefined;
}
