// A widget's state in the page's query string: ?<slug>.<name>=<value>.

/** The parameters of one widget, without its prefix. */
export function read(slug, query = location.search) {
  const state = {};
  for (const [key, value] of new URLSearchParams(query)) {
    if (key.startsWith(`${slug}.`)) state[key.slice(slug.length + 1)] = value;
  }
  return state;
}

const waiting = new Map();
let timer;

const REST = 300; // milliseconds

/**
 * Write parameters, leaving everything else in the address alone; "" removes one. Once the hand
 * rests: for each change of the address the browser lays out the whole page at once.
 */
export function write(slug, state) {
  if (!waiting.size) addEventListener("click", leave, { capture: true });
  for (const [name, value] of Object.entries(state)) waiting.set(`${slug}.${name}`, value);
  clearTimeout(timer);
  timer = setTimeout(flush, REST);
}

function leave({ target }) {
  if (target.closest("a")) flush(); // a reader who comes back finds the widget as it was left
}

function flush() {
  clearTimeout(timer);
  removeEventListener("click", leave, { capture: true });
  const url = new URL(location.href);
  for (const [key, value] of waiting) {
    if (value === "") url.searchParams.delete(key);
    else url.searchParams.set(key, value);
  }
  waiting.clear();
  history.replaceState(history.state, "", url);
}
