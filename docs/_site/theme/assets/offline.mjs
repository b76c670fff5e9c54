// Reading without network: starts the service worker, hands it what this page has loaded already,
// and keeps the whole course for whoever asks. A preview has no worker, and then nothing is done.

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
  offer(new URL("offline.json", site));
}

/** When the worker answers for this page. */
async function in_control() {
  if (serviceWorker.controller) return;
  await new Promise((resolve) => {
    serviceWorker.addEventListener("controllerchange", resolve, { once: true });
  });
}

/** Show the button where a page has one. */
async function offer(list) {
  const box = document.querySelector("[data-keep]");
  if (!box) return;
  const [button, output, progress] = ["button", "output", "progress"].map((name) =>
    box.querySelector(name),
  );
  const done = () => {
    button.hidden = true;
    output.value = "This course is kept on this device: it can be read without network.";
  };
  const keep = async () => {
    if (button.ariaDisabled === "true") return; // under way
    button.ariaDisabled = "true"; // and not disabled, which would lose the keyboard's place
    output.value = "Keeping the course …";
    progress.hidden = false;
    try {
      await begin();
      if (!(await serviceWorker.getRegistration(site)))
        throw new Error("This window keeps nothing.");
      await in_control();
      await keep_all(list, (share) => (progress.value = share));
      output.tabIndex = -1;
      output.focus(); // as the button goes
      done();
    } catch (error) {
      output.value = `It could not be kept. ${error.message} Try again.`;
    }
    progress.hidden = true;
    button.ariaDisabled = null;
  };
  if (await caches.match(list)) done();
  else button.addEventListener("click", keep);
  box.hidden = false;
}

/** Fetch every file through the worker, which keeps it; the list itself last, as it says “all”. */
async function keep_all(list, tell) {
  navigator.storage?.persist?.(); // or the browser may drop it when space is short
  const answer = await fetch(list, { cache: "no-cache" });
  const { build: newest, files } = await answer.clone().json();
  if (newest !== build)
    throw new Error("A new version has been published: reload this page first.");
  const queue = files.values();
  let count = 0;
  const some = async () => {
    for (const file of queue) {
      const response = await fetch(new URL(file, list));
      if (!response.ok) throw new Error(`The server answered ${response.status} to ${file}.`);
      await response.blob();
      tell(++count / files.length);
    }
  };
  await Promise.all(Array.from({ length: 6 }, some));
  const missing = async () => {
    const found = await Promise.all(files.map((file) => caches.match(new URL(file, list))));
    return found.filter((response) => !response).length;
  };
  for (let wait = 50; await missing(); wait *= 2) {
    if (wait > 2000) throw new Error("This browser did not keep all of it.");
    await new Promise((resolve) => setTimeout(resolve, wait)); // it is still writing
  }
  const cache = await caches.open(`cv7 ${new URL(".", list)} ${build}`); // as worker.mjs names it
  await cache.put(list, answer);
}
