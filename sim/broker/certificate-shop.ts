import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Issued {
  readonly name: string;
  readonly pem: string;
  /** PEM of its private key. */
  readonly key: string;
  readonly der: Uint8Array;
}

interface Request {
  /** Common name. */
  readonly name: string;
  /** Absent: signed by itself. */
  readonly by?: Issued;
  readonly extensions?: readonly string[];
  readonly kind?: "ec" | "rsa";
  /** ASN.1 times, for certificates that are out of date. */
  readonly validity?: readonly [from: string, to: string];
}

export const AUTHORITY = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"];
export const SERVER = ["subjectAltName=DNS:localhost,IP:127.0.0.1", "keyUsage=critical,digitalSignature"];
export const CLIENT = ["keyUsage=critical,digitalSignature", "extendedKeyUsage=clientAuth"];

/** Certificates made with openssl, in a folder that goes with them. */
export class CertificateShop {
  readonly #folder = mkdtempSync(join(tmpdir(), "smartbox-certificates-"));
  readonly #program: string;
  #count = 0;

  /** `openssl`: where it is, if not on the path. */
  constructor(openssl = "openssl") {
    this.#program = openssl;
  }

  issue({ name, by, extensions = SERVER, kind = "ec", validity }: Request): Issued {
    const id = ++this.#count;
    const file = (ending: string) => join(this.#folder, `${id}.${ending}`);
    const key = kind === "ec" ? ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] : ["rsa:2048"];
    this.#openssl([
      "req",
      "-new",
      "-nodes",
      "-newkey",
      ...key,
      "-subj",
      `/CN=${name}`,
      "-keyout",
      file("key"),
      "-out",
      file("csr"),
    ]);
    writeFileSync(file("ext"), `${["subjectKeyIdentifier=hash", ...extensions].join("\n")}\n`);
    if (by !== undefined) {
      writeFileSync(file("by.crt"), by.pem);
      writeFileSync(file("by.key"), by.key, { mode: 0o600 });
    }
    const signer =
      by === undefined ? ["-selfsign", "-keyfile", file("key")] : ["-cert", file("by.crt"), "-keyfile", file("by.key")];
    writeFileSync(file("index"), "");
    writeFileSync(file("cnf"), configuration(this.#folder, file("index")));
    const [from, to] = validity ?? ["20200101000000Z", "20490101000000Z"];
    const dates = ["-startdate", from, "-enddate", to];
    this.#openssl([
      "ca",
      "-batch",
      "-notext",
      "-config",
      file("cnf"),
      "-extfile",
      file("ext"),
      ...signer,
      ...dates,
      "-in",
      file("csr"),
      "-out",
      file("crt"),
    ]);
    const pem = readFileSync(file("crt"), "utf8");
    return { name, pem, key: readFileSync(file("key"), "utf8"), der: new Uint8Array(new X509Certificate(pem).raw) };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #openssl(args: readonly string[]): void {
    execFileSync(this.#program, args, { cwd: this.#folder, stdio: ["ignore", "ignore", "pipe"] });
  }
}

function configuration(folder: string, index: string): string {
  return [
    "[ca]\ndefault_ca = shop",
    `[shop]\nnew_certs_dir = ${folder}\ndatabase = ${index}\ndefault_md = sha256\npolicy = any\nunique_subject = no\nrand_serial = yes`,
    "[any]\ncommonName = supplied\n",
  ].join("\n");
}
