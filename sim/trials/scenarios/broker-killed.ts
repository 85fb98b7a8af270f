import { outage } from "./outage.js";
import { KILLS_BROKER, type Scenario } from "./scenario.js";

/** `outage --kill-broker`, under a name of its own. */
export const brokerKilled: Scenario = {
  ...outage,
  name: "broker-killed",
  summary:
    "the outage, and in the middle of the replay behind it the broker dies and comes back: nothing lost, nothing twice",
  onlyWith: KILLS_BROKER,
  play: (act) => outage.play({ ...act, options: { ...act.options, killBroker: true } }),
};
