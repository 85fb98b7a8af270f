import type { SocketOptions, TlsIdentity } from "../../../hal/ports/network.js";
import { CloudError } from "../../cloud/domain.js";

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A broker on trial, and how box and cloud get in. */
export interface InteropTarget {
  /** As it may be shown: without credentials. */
  readonly shown: string;
  /** What the table calls it, by the URL's fragment; undefined: what it calls itself. */
  readonly name: string | undefined;
  /** For MQTT.js. */
  readonly url: string;
  /** For the box. */
  readonly socket: SocketOptions;
  readonly isTls: boolean;
  /** Of the WebSocket that MQTT goes through; undefined: MQTT alone. */
  readonly path: string | undefined;
  readonly boxLogin: Login | undefined;
  readonly cloudLogin: Login | undefined;
  readonly box: string;
}

export interface TargetOptions {
  readonly url: string;
  readonly box: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly cloudUser?: string | undefined;
  readonly cloudPassword?: string | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly identity?: TlsIdentity | undefined;
  readonly alpn?: string | undefined;
}

const PORTS: Readonly<Record<string, number>> = { "mqtt:": 1883, "mqtts:": 8883, "ws:": 80, "wss:": 443 };

/** Throws CloudError on a URL or a login that makes no sense. */
export function interopTarget(options: TargetOptions): InteropTarget {
  const { url, box, ca, identity, alpn } = options;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const standardPort = parsed && PORTS[parsed.protocol];
  if (parsed === undefined || parsed.hostname === "" || standardPort === undefined) {
    throw new CloudError(
      `broker URL ${withoutLogin(url)} is not understood: write mqtt://host:1883, mqtts://host:8883, ws://host/mqtt or wss://host/mqtt`,
    );
  }
  if (!/^[A-Za-z0-9-]{1,32}$/.test(box))
    throw new CloudError(`--box ${box}: 1 to 32 characters of A-Z a-z 0-9 - are needed`);
  const isTls = parsed.protocol === "mqtts:" || parsed.protocol === "wss:";
  if (isTls && ca === undefined) {
    throw new CloudError("a box trusts one authority only: give the certificate of the broker's with --ca FILE");
  }
  if (!isTls && (identity !== undefined || alpn !== undefined)) {
    throw new CloudError("certificates and ALPN are of TLS: give them with a URL that begins with mqtts:// or wss://");
  }
  const inUrl = { user: decodeURIComponent(parsed.username), password: decodeURIComponent(parsed.password) };
  const boxLogin = login(options.user ?? inUrl.user, options.password ?? inUrl.password, "--user", "--password");
  const cloudLogin =
    login(options.cloudUser ?? "", options.cloudPassword ?? "", "--cloud-user", "--cloud-password") ?? boxLogin;
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = parsed.port === "" ? standardPort : Number(parsed.port);
  const shown = `${parsed.protocol}//${parsed.hostname}:${port}${parsed.pathname.replace(/^\/$/, "")}`;
  return {
    shown,
    name: parsed.hash === "" ? undefined : decodeURIComponent(parsed.hash.slice(1)),
    url: `${shown}${parsed.search}`,
    socket: {
      host,
      port,
      ...(isTls && ca !== undefined && { tlsAuthority: ca }),
      ...(identity && { tlsIdentity: identity }),
      ...(alpn !== undefined && { alpn }),
    },
    isTls,
    path: parsed.protocol.startsWith("ws") ? `${parsed.pathname}${parsed.search}` : undefined,
    boxLogin,
    cloudLogin,
    box,
  };
}

function withoutLogin(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

function login(username: string, password: string, userOption: string, passwordOption: string): Login | undefined {
  if (username === "" && password === "") return undefined;
  if (username === "" || password === "") {
    throw new CloudError(
      `a user without a password, or a password without a user: give both ${userOption} and ${passwordOption}`,
    );
  }
  return { username, password };
}
