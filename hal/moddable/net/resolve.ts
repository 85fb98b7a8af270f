// biome-ignore lint/style/useNodejsImportProtocol: the SDK's module, not Node's
import Net from "net";

/** IPv4 address of `host`; undefined: there is none. `localhost` is not asked for (RFC 6761 section 6.3). */
export function resolve(host: string, done: (address: string | undefined) => void): void {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) done(host);
  else if (host === "localhost") done("127.0.0.1");
  else Net.resolve(host, (_name, address) => done(address));
}
