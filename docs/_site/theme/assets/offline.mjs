// Reading without network: starts the service worker and hands it what this page has loaded already.
// Where a page offers to keep the whole course, keep.mjs does so. A preview has no worker, and then
// nothing is done.

const manifest = document.querySelector('link[rel="manifest"]');
const build = document.querySelector('meta[name="build"]')?.content;
const { serviceWorker } = navigator;

const site = manifest && new URL(".", manifest.href);
let started = null;

/** Once somebody reads, so that a first visit is not charged for it. */
function begin() {
  started ??= start();
  return started;
}

async function start() {
  const first = !serviceWorker.controller;
  try {
    await serviceWorker.register(new URL("sw.js", site));
  } catch {
    return; // not in this window; some browsers have none in private ones
  }
  if (!first) return;
  await in_control();
  // What came before the worker did; the browser has it still, so little is loaded again.
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  await Promise.all([location.href, ...loaded].map((url) => fetch(url).catch(() => {})));
}

if (manifest && serviceWorker) {
  const options = { once: true, capture: true, passive: true };
  for (const type of ["scroll", "pointerdown", "keydown"]) addEventListener(type, begin, options);
  setTimeout(begin, 30_000); // a short page is read without a move
  const box = document.querySelector("[data-keep]");
  if (box) {
    import("./keep.mjs").then(({ offer }) =>
      offer(box, new URL("offline.json", site), { begin, in_control, build }),
    );
  }
}

/** When the worker answers for this page. */
async function in_control() {
  if (serviceWorker.controller) return;
  await new Promise((resolve) => {
    serviceWorker.addEventListener("controllerchange", resolve, { once: true });
  });
}
