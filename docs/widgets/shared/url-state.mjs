// A widget's state in the page's query string: ?<slug>.<name>=<value>.

/** The parameters of one widget, without its prefix. */
export function read(slug, query = location.search) {
  const state = {};
  for (const [key, value] of new URLSearchParams(query)) {
    if (key.startsWith(`${slug}.`)) state[key.slice(slug.length + 1)] = value;
  }
  return state;
}

/** Write parameters, leaving everything else in the address alone; "" removes one. */
export function write(slug, state) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(state)) {
    if (value === "") url.searchParams.delete(`${slug}.${name}`);
    else url.searchParams.set(`${slug}.${name}`, value);
  }
  history.replaceState(history.state, "", url);
}
