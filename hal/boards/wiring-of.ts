import type { Parts } from "./parts.js";
import type { BoardWiring } from "./wiring.js";

/** What drivers and image need of a board's parts: pins, buses and addresses. Throws RangeError for a buzzer without a level at rest. */
export function wiringOf(parts: Parts): BoardWiring {
  const { systemBus, binsBus, expanders, reader, modem, buzzer } = parts;
  const { rest } = buzzer.pins.tone;
  if (rest === undefined) throw new RangeError("the buzzer needs a resistor that keeps it still");
  return {
    buses: { system: busOf(systemBus), bins: busOf(binsBus) },
    gaugeAddress: parts.gauge.address,
    thermometerAddress: parts.thermometer.address,
    rtcAddress: parts.rtc.address,
    touch: { address: parts.touch.address, interrupt: parts.touch.pins.interrupt.gpio },
    expanders: expanders.places,
    binsPerExpander: expanders.bins,
    pins: {
      button: parts.button.pins.contact.gpio,
      lamp: parts.lamp.pins.on.gpio,
      mains: parts.mains.pins.sense.gpio,
      lockSupply: parts.locks.pins.enable.gpio,
      expanderReset: expanders.pins.reset.gpio,
      expanderInterrupt: expanders.pins.interrupt.gpio,
      mount: parts.mount.pins.coil.gpio,
      backlight: parts.backlight.pins.dim.gpio,
      rail: parts.loadSwitch.pins.enable.gpio,
    },
    buzzer: { pin: buzzer.pins.tone.gpio, on: rest === 0 ? 1 : 0 },
    reader: uartOf(reader),
    ...(modem && { modem: { ...uartOf(modem), powerKey: modem.pins.powerKey.gpio } }),
  };
}

function busOf({ pins, port, hz }: Parts["systemBus"]): BoardWiring["buses"]["system"] {
  return { data: pins.data.gpio, clock: pins.clock.gpio, port, hz };
}

function uartOf({ pins, port, baud }: Parts["reader"]): BoardWiring["reader"] {
  return { receive: pins.receive.gpio, transmit: pins.transmit.gpio, port, baud };
}
