/** Semantic version of this firmware, at most 24 ASCII characters; told to the cloud and kept in boot records. */
export const FIRMWARE_VERSION = "0.1.0";
