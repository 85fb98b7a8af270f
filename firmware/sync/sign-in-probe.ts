import { asciiBytes, textOfBytes } from "../../hal/bytes/ascii.js";
import type { TimersPort } from "../../hal/ports/clock.js";
import type { LinkPort, Links, SocketPort } from "../../hal/ports/network.js";
import { Deadline } from "../wiring/deadline.js";
import { SIGN_IN_PROBE_MS } from "./limits.js";

/** What a guest network lets through to its own page, whatever it was asked for. */
const WEB_PORT = 80;
/** Bytes of an answer that are read: its status and where it sends the box stand there. */
const MAX_ANSWER_BYTES = 1_024;
/** No web server that the broker's owner runs has such a page. */
const PATH = "/smartbox-is-there-a-sign-in-page";

export interface SignInProbeHost {
  /** A sign-in page answers in the broker's place over `link`. */
  signInWanted(link: LinkPort): void;
}

/**
 * Tells a guest network that wants a sign-in (a captive portal) from a broker that cannot be reached: behind TLS the one looks like the other,
 * a foreign certificate or nothing at all. What such a network does for whoever has not signed in is to answer plain HTTP in anybody's name
 * with its own page. So the box asks for a page at the broker's name that cannot be there, by plain HTTP, and looks whether a page comes, or
 * the way to another host. Nothing rests on the answer but words: anybody can forge it.
 */
export class SignInProbe {
  readonly #links: Links;
  readonly #host: SignInProbeHost;
  readonly #deadline: Deadline;
  #socket: SocketPort | undefined;
  #wantedOn: LinkPort | undefined;

  constructor(links: Links, timers: TimersPort, host: SignInProbeHost) {
    this.#links = links;
    this.#host = host;
    this.#deadline = new Deadline(timers);
  }

  /** Whether the last look over `link` found such a page. */
  isWantedOn(link: LinkPort): boolean {
    return this.#wantedOn === link;
  }

  /** No connection to `broker` opened over `link`. One look at a time: while there is one, this does nothing. */
  look(link: LinkPort, broker: string): void {
    if (this.#socket !== undefined || !link.up) return;
    const socket = this.#links.connect(link, { host: broker, port: WEB_PORT });
    this.#socket = socket;
    let answer = "";
    const done = () => this.#done(link, isSignIn(answer, broker));
    socket.onOpen = () =>
      void socket.write(asciiBytes(`GET ${PATH} HTTP/1.1\r\nHost: ${broker}\r\nConnection: close\r\n\r\n`));
    socket.onData = (bytes) => {
      answer += textOfBytes(bytes.subarray(0, MAX_ANSWER_BYTES - answer.length));
      if (answer.length >= MAX_ANSWER_BYTES || answer.includes("\r\n\r\n")) done();
    };
    socket.onClose = done;
    this.#deadline.set(SIGN_IN_PROBE_MS, done);
  }

  /** A connection opened over `link`: whatever was found there is over. */
  opened(link: LinkPort): void {
    if (this.#wantedOn === link) this.#wantedOn = undefined;
  }

  stop(): void {
    this.#deadline.clear();
    this.#socket?.close();
    this.#socket = undefined;
    this.#wantedOn = undefined;
  }

  #done(link: LinkPort, isWanted: boolean): void {
    this.#deadline.clear();
    this.#socket?.close();
    this.#socket = undefined;
    if (isWanted) {
      this.#wantedOn = link;
      this.#host.signInWanted(link);
    } else this.opened(link);
  }
}

/** Whether the beginning of an HTTP answer is a page where there is none, the way to another host, or says so itself (RFC 6585 section 6). */
function isSignIn(answer: string, broker: string): boolean {
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)/.exec(answer)?.[1];
  if (status === undefined) return false;
  if (status === "511" || status.startsWith("2")) return true;
  if (!status.startsWith("3")) return false;
  const location = /\r\nlocation:[ \t]*https?:\/\/([^/:\r\n]+)/i.exec(answer)?.[1];
  // A web server of the broker's owner sends to its own TLS.
  return location !== undefined && location.toLowerCase() !== broker.toLowerCase();
}
