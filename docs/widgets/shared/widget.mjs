// What widgets with controls share: they start as the address says, tell what their sliders stand
// at, and keep the address up with the reader.

import { in_range } from "./numbers.mjs";
import { read, write } from "./url-state.mjs";

export class Widget extends HTMLElement {
  connectedCallback() {
    this.slug = this.localName.slice("cv7-".length);
    this.form = this.querySelector("form");
    this.figure = this.querySelector("figure > svg");
    this.status = this.querySelector('[role="status"]');
    this.sliders = [...this.form.querySelectorAll('[type="range"]')];
    this.ready();
    // Listeners sit on this element's own children, so they leave with it.
    this.form.addEventListener("input", ({ target }) => this.changed(target));
    this.form.addEventListener("change", ({ target }) => this.settled(target));
    const state = read(this.slug);
    for (const more of this.form.querySelectorAll("details")) {
      more.open = [...more.querySelectorAll("[name]")].some(({ name }) => state[name]);
    }
    const messages = this.restore(state);
    this.say(messages.join(" "), messages.length > 0);
    this.refresh();
  }

  // ---- What a widget overrides, as far as it wants to -------------------------------------------

  /** Look up what else belongs to it; no control has been set yet. */
  ready() {}

  /** Show what follows from the sliders, whose numbers come by name. */
  update() {}

  /** A control is changing. */
  changed() {
    this.say("");
    this.refresh();
  }

  /** A control has been changed. */
  settled({ name }) {
    this.keep({ [name]: this.form.elements[name].value });
  }

  /** Set the controls from the address, or to their defaults; returns what had to change. */
  restore(state) {
    return this.sliders
      .map((slider) => this.fit(slider, state[slider.name] || slider.defaultValue))
      .filter(Boolean);
  }

  say(message, error = false) {
    this.status.textContent = message;
    this.status.toggleAttribute("data-error", error);
  }

  // ---- What it uses ----------------------------------------------------------------------------

  /** Set a slider, or a field for a number, to this text; returns a message if it did not fit. */
  fit(control, text) {
    const { value, message } = in_range(text, {
      name: control.name[0].toUpperCase() + control.name.slice(1),
      min: Number(control.min),
      max: Number(control.max),
      step: Number(control.step),
      fallback: Number(control.defaultValue),
    });
    control.value = value;
    return message;
  }

  /** Choose an option by its value; returns the default's where there is none of this value. */
  choose(name, value = "") {
    const choice = this.form.elements[name];
    const options = [...choice]; // of a list, or the radio buttons of this name
    const usual = options.find((o) => o.defaultSelected || o.defaultChecked) ?? options[0];
    const wanted = options.find((option) => option.value === value);
    choice.value = (wanted ?? usual).value;
    return wanted || !value ? null : usual.value;
  }

  /** Write to the address, once the hand rests; "" removes a name from it. */
  keep(state) {
    write(this.slug, state);
  }

  refresh() {
    for (const slider of this.sliders) this.spell(slider);
    this.update(Object.fromEntries(this.sliders.map((one) => [one.name, one.valueAsNumber])));
  }

  /**
   * What a slider stands at: its number, in the words that data-shown and data-spoken put it in; at
   * its lower end the word that data-least has for it.
   */
  spell({ name, min, step, valueAsNumber, dataset: { shown = "#", spoken = shown, least } }) {
    const number = valueAsNumber.toFixed(step.split(".")[1]?.length ?? 0).replace("-", "−");
    const words = (text) =>
      least && valueAsNumber === Number(min) ? least : text.replaceAll("#", number);
    this.form.elements[`${name}-value`].textContent = words(shown);
    this.form.elements[name].setAttribute("aria-valuetext", words(spoken));
  }

  /** Draw on the figure: { kind: { name: { attribute, text } } } goes to [data-kind=name]. */
  draw(marks) {
    for (const [kind, named] of Object.entries(marks)) {
      for (const [name, { text, ...attributes }] of Object.entries(named)) {
        const mark = this.figure.querySelector(`[data-${kind}="${name}"]`);
        set(mark, attributes);
        if (text !== undefined) mark.textContent = text;
      }
    }
  }
}

export function set(element, attributes) {
  for (const attribute of Object.entries(attributes)) element.setAttribute(...attribute);
}
