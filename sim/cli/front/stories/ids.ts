/** Stories of the emergency outage plan, in the order in which they are offered. */
export const STORY_IDS = ["internet", "power", "blackout", "hotspot", "cloud", "all-bins"] as const;
export type StoryId = (typeof STORY_IDS)[number];
