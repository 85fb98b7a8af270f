/** The numbers of PROTOCOL.md. */

export const BRIDGE_VERSION = 2;
export const MAX_MESSAGE_BYTES = 65_535;

export const Type = {
  deviceHello: 0x01,
  boot: 0x02,
  event: 0x03,
  return: 0x04,
  throw: 0x05,
  over: 0x06,
  engineHello: 0x81,
  done: 0x82,
  crash: 0x83,
  call: 0x84,
  stopped: 0x85,
} as const;

/** Bits of HELLO. */
export const Capability = { hash: 1 } as const;

export const ErrorClass = { flash: 1, bin: 2, entropy: 3, range: 4, io: 5 } as const;

export const Call = {
  unlock: 0x01,
  door: 0x02,
  releaseMount: 0x03,
  gauge: 0x08,
  mains: 0x10,
  lamp: 0x11,
  render: 0x18,
  backlight: 0x19,
  flashRead: 0x20,
  flashProgram: 0x21,
  flashErase: 0x22,
  linkUp: 0x28,
  linkStart: 0x29,
  linkStop: 0x2a,
  wifiScan: 0x2b,
  wifiJoin: 0x2c,
  wifiForget: 0x2d,
  connect: 0x30,
  socketWrite: 0x31,
  socketWritable: 0x32,
  socketClose: 0x33,
  monotonic: 0x38,
  wall: 0x39,
  quality: 0x3a,
  setWall: 0x3b,
  timerSet: 0x40,
  timerClear: 0x41,
  entropy: 0x48,
  sha512: 0x50,
  hmac: 0x51,
  watchdogStart: 0x58,
  watchdogFeed: 0x59,
  sleep: 0x60,
  restart: 0x61,
  trace: 0x68,
  digitalOpen: 0x70,
  digitalRead: 0x71,
  digitalWrite: 0x72,
  smbusOpen: 0x74,
  smbusRead: 0x75,
  smbusWrite: 0x76,
  serialOpen: 0x78,
  serialRead: 0x79,
  serialWrite: 0x7a,
  ioClose: 0x7c,
  bootFacts: 0x80,
  bootTry: 0x81,
  bootConfirm: 0x82,
  bootGiveUp: 0x83,
} as const;

export const Event = {
  timer: 1,
  door: 2,
  mains: 3,
  button: 4,
  input: 5,
  scan: 6,
  link: 7,
  wifiScanned: 8,
  wifiJoined: 9,
  socketOpen: 10,
  socketData: 11,
  socketWritable: 12,
  socketClosed: 13,
  ioReadable: 14,
} as const;

/** Place in the list is the number on the wire. */
export const DOORS = ["open", "closed", "unknown"] as const;
export const LAMPS = ["off", "on", "flash"] as const;
export const DEPTHS = ["sleep", "hibernate"] as const;
export const PIN_MODES = ["Input", "InputPullUp", "Output"] as const;
export const PARTITIONS = ["identity", "journal", "snapshot"] as const;

/** Of updates, numbered behind the others. */
export const UPDATE_PARTITIONS = ["store", "slot0", "slot1"] as const;

/** The far end broke the protocol, or speaks another version of it. */
export class BridgeError extends Error {}
