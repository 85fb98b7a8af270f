import type { GiveUp, UpdatePort } from "../ports/update.js";
import { BridgeError, Call } from "./codes.js";
import type { MessageReader, MessageWriter } from "./message.js";

/** The calls of boot control, at the device end. */
export function serveBoot({ boot }: UpdatePort, operation: number, reader: MessageReader, reply: MessageWriter): void {
  switch (operation) {
    case Call.bootFacts:
      reply.json(boot.facts());
      break;
    case Call.bootTry:
      boot.tryOther(reader.f64());
      break;
    case Call.bootConfirm:
      boot.confirm();
      break;
    case Call.bootGiveUp:
      boot.giveUp(reader.u8() as GiveUp);
      break;
    default:
      throw new BridgeError(`unknown call ${operation}`);
  }
}
