/** What a sealed message is about: the first byte of its nonce, and its topic (PROTOCOL.md section 1). */
export const Lane = {
  hello: 1,
  records: 2,
  status: 3,
  fetch: 4,
  state: 5,
  pull: 6,
  welcome: 129,
  ack: 130,
  snapshot: 131,
  command: 132,
  offer: 133,
  // 134 was a clock correction that nobody had asked for, and is not used again.
  release: 135,
  image: 136,
} as const;
export type Lane = (typeof Lane)[keyof typeof Lane];

/** Lanes from the box to the cloud have the top bit clear. */
export function isUpLane(lane: Lane): boolean {
  return lane < 128;
}

const ROOT = "smartbox/";
const LANES = Object.keys(Lane).map((name) => {
  const lane = Lane[name as keyof typeof Lane];
  return { lane, suffix: `/${isUpLane(lane) ? "up" : "down"}/${name}` };
});

/** The topic of `lane` for a box: `smartbox/{box}/up/…` or `…/down/…`. */
export function topicOf(box: string, lane: Lane): string {
  return ROOT + box + LANES.find((entry) => entry.lane === lane)!.suffix;
}

/** What the box subscribes to. */
export function downFilter(box: string): string {
  return `${ROOT}${box}/down/#`;
}

/** What the cloud subscribes to. */
export const UP_FILTER = "smartbox/+/up/#";

/** Box and lane that a topic names, or undefined when it is none of the protocol's. */
export function parseTopic(topic: string): { readonly box: string; readonly lane: Lane } | undefined {
  const found = LANES.find(({ suffix }) => topic.endsWith(suffix));
  if (found === undefined || !topic.startsWith(ROOT)) return undefined;
  const box = topic.slice(ROOT.length, topic.length - found.suffix.length);
  return /^[A-Za-z0-9-]{1,32}$/.test(box) ? { box, lane: found.lane } : undefined;
}
