import { act, now } from "./live.js";
import { say, sayAny } from "./words.js";

/** One button per story of the outage plan. */
export function Stories() {
  const stories = now.stories.value ?? [];
  const isPlaying = isStoryOn();
  const canPlay = now.box.value?.canOffline ?? false;
  return (
    <nav class="stories" aria-label={say("stories-title")}>
      <span class="lead">{say("stories-title")}</span>
      {stories.map((id) => (
        <button key={id} type="button" disabled={isPlaying || !canPlay} onClick={() => act({ act: "story", id })}>
          {sayAny(`play-${id}`)}
        </button>
      ))}
    </nav>
  );
}

function isStoryOn(): boolean {
  const story = now.story.value;
  return story !== undefined && story !== null && !story.isOver;
}

/** What happens in the story just now. */
export function Caption() {
  const story = now.story.value;
  if (story === undefined || story === null) return null;
  const name = sayAny(`play-${story.id}`);
  return (
    <div class={`caption ${story.isOver ? "over" : ""}`} role="status">
      <span class="step" aria-hidden="true">
        {story.step}
      </span>
      <div>
        <small>{say("story-playing", { name, step: story.step })}</small>
        <p>{sayAny(story.caption, story.params)}</p>
        {story.isOver && <small>{say("story-done")}</small>}
      </div>
      {!story.isOver && (
        <button type="button" onClick={() => act({ act: "stop-story" })}>
          {say("story-stop")}
        </button>
      )}
    </div>
  );
}
