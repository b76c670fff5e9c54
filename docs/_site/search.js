// The theme's search, loaded when somebody searches: its program and its index would otherwise be
// half of what a page brings along. lazy_search.py puts this between the theme and its worker.
//
// Messages to the worker: 0 set up, with the index (an empty one here); 2 query.
// Messages from it: 1 ready; 3 result.

const [SETUP, READY, QUERY] = [0, 1, 2];
const send = postMessage.bind(globalThis);
let setup = null;
let query = null; // the last one, while the search is on its way
let loading = false;
let loaded = false;

globalThis.postMessage = (message) => {
  if (message.type !== READY) return void send(message);
  loaded = true; // the theme was told so long ago
  if (query) dispatchEvent(new MessageEvent("message", { data: query }));
};

addEventListener("message", (event) => {
  const { data } = event;
  if (loaded) return; // the theme's own listener hears it
  if (data.type === QUERY) event.stopImmediatePropagation(); // it has no index yet
  if (data.type === SETUP && !setup) {
    setup = data;
    send({ type: READY });
  } else if (data.type === QUERY && data.data) {
    query = data;
    if (!loading) load();
  }
});

async function load() {
  loading = true;
  try {
    const response = await fetch("documents.json");
    if (!response.ok) throw new Error(`the search index: ${response.status}`);
    const { docs } = await response.json();
    importScripts("THEME_WORKER");
    dispatchEvent(
      new MessageEvent("message", { data: { ...setup, data: { ...setup.data, docs } } }),
    );
  } catch {
    loading = false; // without network, say: the next query tries again
  }
}
