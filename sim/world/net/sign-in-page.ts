import type { SocketOptions } from "../../../hal/ports/network.js";
import type { Scheduler } from "../clock/scheduler.js";
import type { Far, FarEvents, Network } from "./network.js";

const PAGE = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n";

/**
 * What a guest network shows to those who have not signed in: it takes every connection as if it were the server, and answers
 * whatever comes with a redirect to its page. It has no certificate but its own.
 */
export class SignInPage implements Network {
  readonly external = false;
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  connect({ host, tlsAuthority }: SocketOptions, events: FarEvents): Far {
    let isOver = false;
    const later = (work: () => void) =>
      this.#scheduler.after(0, () => {
        if (!isOver) work();
      });
    const end = () => {
      isOver = true;
    };
    later(() => {
      if (tlsAuthority === undefined) events.opened();
      else events.closed(`the certificate of ${host} does not verify: not signed by the expected authority`);
    });
    return {
      send: () => {
        later(() => events.data(Uint8Array.from(PAGE, (letter) => letter.charCodeAt(0))));
        later(() => {
          end();
          events.closed();
        });
        return true;
      },
      flow: () => {},
      end,
      reset: end,
      abandon: end,
    };
  }

  close(): void {}
}
