/** How a board's parts are connected, as drivers need it: pins by the processor's GPIO numbers, parts by bus and address. Made of its parts (`wiring-of.ts`). */
export interface BoardWiring {
  readonly buses: {
    /** Fuel gauge, RTC, and half of the expanders. */
    readonly system: BusPins;
    /** The other half of the expanders: a fault here leaves gauge and clock alone. */
    readonly bins: BusPins;
  };
  /** Seven-bit addresses on the system bus. */
  readonly gaugeAddress: number;
  /** TMP102 beside the cell. */
  readonly thermometerAddress: number;
  readonly rtcAddress: number;
  /** FT6236 of the screen, on the system bus, and the pin of its INT. */
  readonly touch: { readonly address: number; readonly interrupt: number };
  /** MCP23017s in the order of the bins; each unit of the box begins with one of its own. */
  readonly expanders: readonly { readonly bus: "system" | "bins"; readonly address: number }[];
  /** 1 to 7. */
  readonly binsPerExpander: number;
  readonly pins: {
    readonly button: number;
    readonly lamp: number;
    readonly mains: number;
    readonly lockSupply: number;
    readonly expanderReset: number;
    readonly expanderInterrupt: number;
    readonly mount: number;
    /** The LED driver's dimming input, PWM. */
    readonly backlight: number;
    /** Load switch of reader, screen and Ethernet. */
    readonly rail: number;
  };
  /** A buzzer with a tone of its own, and the level at which it sounds. */
  readonly buzzer: { readonly pin: number; readonly on: 0 | 1 };
  /** PN532 over HSU. */
  readonly reader: {
    readonly receive: number;
    readonly transmit: number;
    readonly port: number;
    readonly baud: number;
  };
  /** SIM7000 on its UART; `powerKey` drives the transistor at PWRKEY. Absent: a board without a modem. */
  readonly modem?: {
    readonly receive: number;
    readonly transmit: number;
    readonly port: number;
    readonly baud: number;
    readonly powerKey: number;
  };
}

export interface BusPins {
  readonly data: number;
  readonly clock: number;
  readonly port: number;
  readonly hz: number;
}
