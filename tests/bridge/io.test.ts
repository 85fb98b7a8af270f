import { expect, test } from "vitest";
import { Caller } from "../../hal/bridge/caller.js";
import { BridgeError, ErrorClass, Type } from "../../hal/bridge/codes.js";
import { DeviceIo } from "../../hal/bridge/device-io.js";
import { EngineEnd } from "../../hal/bridge/engine-end.js";
import { EngineIo } from "../../hal/bridge/engine-io.js";
import { MessageReader, MessageWriter, PLAIN_TEXT } from "../../hal/bridge/message.js";
import { IoError } from "../../hal/io/io-error.js";
import { bench, Scripted } from "../drivers/bench.js";

/** The IO of a bench at the far end of the bridge. */
function far() {
  const near = bench();
  const told: number[] = [];
  const event = new MessageWriter();
  const devices = new DeviceIo(near.io, {
    begin: (code) => event.begin(Type.event).u8(code),
    deliver: () => {
      const reader = new MessageReader(event.end());
      told.push(reader.u8(), reader.u8());
      io.readable(reader.u32());
    },
  });
  const serve = (message: Uint8Array) => {
    const reader = new MessageReader(message);
    expect(reader.u8()).toBe(Type.call);
    const reply = new MessageWriter();
    try {
      devices.serve(reader.u8(), reader, reply.begin(Type.return));
      reader.end();
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      reply.begin(Type.throw).u8(ErrorClass.io).text(error.message);
    }
    return reply.end();
  };
  const io = new EngineIo(new Caller(serve, PLAIN_TEXT));
  return { ...near, io, told };
}

test("SMBus: each way to read and write is the one transaction that the part sees without the bridge", () => {
  const { io, bus } = far();
  const part = new Scripted("12", "12 34", "12 34", "01 02 03");
  bus.attach(0x21, part);
  const smbus = new io.SMBus({ data: 0, clock: 0, port: 0, hz: 400_000, address: 0x21 });
  smbus.writeUint8(1, 0xfe);
  smbus.writeUint16(2, 0x1234);
  smbus.writeUint16(3, 0x1234, true);
  smbus.writeBuffer(4, Uint8Array.of(9, 8, 7));
  expect([smbus.readUint8(5), smbus.readUint16(6), smbus.readUint16(7, true)]).toEqual([0x12, 0x3412, 0x1234]);
  const into = new Uint8Array(3);
  smbus.readBuffer(8, into);
  expect(into).toEqual(Uint8Array.of(1, 2, 3));
  expect(part.log).toEqual(
    "w 01 fe,w 02 34 12,w 03 12 34,w 04 09 08 07,w 05,r 12,w 06,r 12 34,w 07,r 12 34,w 08,r 01 02 03".split(","),
  );
  expect(() => smbus.readUint8(9)).toThrow(new IoError("the script is over"));
  smbus.close();
  expect(() => smbus.readUint8(1)).toThrow(BridgeError);
});

test("a pin is driven, read, and told of by the edges that were asked for, until it is closed", () => {
  const { io, pins, run, told } = far();
  const { Digital } = io;
  const output = new Digital({ pin: 2, mode: Digital.Output });
  output.write(1);
  expect(pins.get(2)!.level).toBe(1);
  const levels: number[] = [];
  const onReadable = () => levels.push(input.read());
  const input = new Digital({ pin: 1, mode: Digital.InputPullUp, edge: Digital.Falling, onReadable });
  const move = (level: 0 | 1) => {
    pins.get(1)!.outside = level;
    run(10);
  };
  move(0);
  move(1);
  expect([levels, told]).toEqual([[0], [Type.event, 14]]);
  input.close();
  output.close();
  move(0);
  expect(levels).toEqual([0]);
  expect(pins.get(2)!.level).toBe(0);
});

test("a serial line carries bytes both ways", () => {
  const { io, line, run } = far();
  const sent: number[] = [];
  line.toPart = (bytes) => void sent.push(...bytes);
  const got: number[] = [];
  const serial = new io.Serial({
    receive: 1,
    transmit: 2,
    port: 1,
    baud: 115_200,
    format: "buffer",
    onReadable: () => got.push(...new Uint8Array(serial.read() ?? [])),
  });
  expect(serial.read()).toBeUndefined();
  serial.write(Uint8Array.of(0, 1, 255));
  expect(sent).toEqual([0, 1, 255]);
  line.deliver(Uint8Array.of(7, 0));
  run(10);
  expect(got).toEqual([7, 0]);
  expect(() => serial.write(new Uint8Array(65))).toThrow(IoError);
  serial.close();
});

test("an engine without drivers says that it cannot run on IO alone", () => {
  const engine = new EngineEnd({
    boot: () => {},
    call: () => Uint8Array.of(Type.return),
    hash: { sha512: (bytes) => bytes, hmacSha512: (bytes) => bytes },
  });
  const flash = { sizeBytes: 1, sectorBytes: 1, alignBytes: 1 };
  const facts = { board: {}, bins: [], links: [], io: {}, flash: { identity: flash, journal: flash, snapshot: flash } };
  const boot = new MessageWriter().begin(Type.boot).json(facts).end();
  expect(() => engine.take(boot)).toThrow(
    new BridgeError("the device end has only IO, and this engine has no drivers"),
  );
});
