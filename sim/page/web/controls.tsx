import type { ComponentChildren } from "preact";

/** A switch with its name; what it says is told by more than its colour. */
export function Switch(props: {
  readonly name: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly note?: string | undefined;
  readonly disabled?: boolean;
}) {
  const { name, isOn, onChange, note, disabled } = props;
  return (
    <label class={`switch ${isOn ? "on" : "off"}`}>
      <input
        type="checkbox"
        role="switch"
        aria-checked={isOn}
        checked={isOn}
        disabled={disabled ?? false}
        onChange={(event) => {
          const wanted = event.currentTarget.checked;
          // The server's word counts: it comes back as a change.
          event.currentTarget.checked = isOn;
          onChange(wanted);
        }}
      />
      <span class="knob" aria-hidden="true" />
      <span class="name">{name}</span>
      {note !== undefined && <small>{note}</small>}
    </label>
  );
}

/** One of a few, side by side. */
export function Choice<T extends string | number>(props: {
  readonly name: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}) {
  const { name, value, options, onChange } = props;
  return (
    <div class="choice" role="group" aria-label={name}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

export function Card(props: {
  readonly id: string;
  readonly title: string;
  readonly children: ComponentChildren;
  readonly class?: string;
}) {
  return (
    <section class={`card ${props.class ?? ""}`} aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      {props.children}
    </section>
  );
}
