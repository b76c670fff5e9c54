// What every widget does with its sliders: bring values from the address into range, and write
// them back to it.

import { in_range } from "./numbers.mjs";
import { write } from "./url-state.mjs";

/** Set the named sliders from the address, or to their defaults; returns what had to change. */
export function restore(form, names, state) {
  const messages = [];
  for (const name of names) {
    const slider = form.elements[name];
    slider.value = slider.defaultValue;
    if (!state[name]) continue;
    const { value, message } = in_range(state[name], {
      name: name[0].toUpperCase() + name.slice(1),
      min: Number(slider.min),
      max: Number(slider.max),
      step: Number(slider.step),
      fallback: Number(slider.defaultValue),
    });
    slider.value = value;
    if (message) messages.push(message);
  }
  return messages;
}

/** Call `changed` while a named slider moves, and keep the address up with it. */
export function follow(slug, form, names, changed) {
  for (const name of names) {
    const slider = form.elements[name];
    slider.addEventListener("input", changed);
    slider.addEventListener("change", () => write(slug, { [name]: slider.value }));
  }
}
