// A widget's state in the page's query string: ?<slug>.<name>=<value>.

/** The parameters of one widget, without its prefix. */
export function read(slug, query = location.search) {
  const state = {};
  for (const [key, value] of new URLSearchParams(query)) {
    if (key.startsWith(`${slug}.`)) state[key.slice(slug.length + 1)] = value;
  }
  return state;
}

// The browser lays out the whole page to change its address, so that waits until the hand rests.
const REST = 300; // milliseconds
const waiting = new Map();
let path;
let timer;

/** Write parameters, once nothing more is written; "" removes one. All else in the address stays. */
export function write(slug, state) {
  if (path === undefined) {
    // A reader who goes on and comes back finds the widgets as they were left.
    addEventListener("click", (event) => event.target.closest("a") && flush(), { capture: true });
    addEventListener("pagehide", flush);
  }
  path = location.pathname;
  for (const [name, value] of Object.entries(state)) waiting.set(`${slug}.${name}`, value);
  clearTimeout(timer);
  timer = setTimeout(flush, REST);
}

function flush() {
  clearTimeout(timer);
  if (waiting.size && location.pathname === path) {
    const url = new URL(location.href);
    for (const [key, value] of waiting) {
      if (value === "") url.searchParams.delete(key);
      else url.searchParams.set(key, value);
    }
    history.replaceState(history.state, "", url);
  }
  waiting.clear();
}
