/** Who this box is: written at the factory to the `identity` partition, read once at boot. */
export interface Identity {
  /** 1 to 32 characters of `A-Z a-z 0-9 -`; part of topics. */
  readonly box: string;
  /** secretbox key shared with the cloud, 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** Root of the offline codes, 32 bytes (`firmware/codes/SPEC.md`). */
  readonly codesKey: Uint8Array;
  /** Keys the hashes of booking codes, key codes and badges in snapshots, 32 bytes. */
  readonly lookupKey: Uint8Array;
  readonly broker: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    /** PEM; absent: plain TCP, for desks only. */
    readonly authority?: string | undefined;
    /** Of the WebSocket that MQTT goes through, such as `/mqtt`; absent: MQTT alone. */
    readonly path?: string | undefined;
    /** Protocol that is offered in the TLS handshake, such as `mqtt` for port 443; absent: none. */
    readonly alpn?: string | undefined;
    /** What the box shows a broker that asks for a certificate, with its private key, both PEM; absent: nothing. */
    readonly certificate?: string | undefined;
    readonly certificateKey?: string | undefined;
  };
}
