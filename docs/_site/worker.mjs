// The service worker: what was read can be read again without network. Each build has a cache of
// its own, into which only its own files go, so an update is never a mix; see “Read without
// network” in docs/about/decisions.md. .ci/worker.mjs bundles this and fills in BUILD and VERSION.

/* global BUILD, VERSION */
import { registerRoute } from "workbox-routing";
import { CacheFirst, NetworkFirst } from "workbox-strategies";

const { scope } = self.registration;
const OURS = `cv7 ${scope} `; // this host may have other sites
const CACHE = OURS + BUILD;
const FALLBACK = `${scope}offline.html`;
const COURSE = `${scope}offline.json`; // offline.mjs puts it into the cache when it holds all

/** Files whose names change with their content. */
const UNCHANGING = /^v\/|[.-][0-9a-f]{8}\.(?:min\.)?\w+$/;
/** Pages, and what the theme asks for when readers search or follow links. */
const CHANGING = /^$|\/$|^search\/\w+\.js(?:on)?$|^offline\.html$|^sitemap\.xml$/;

/** What follows the site's own address in a URL, or null for other sites. */
function path(url) {
  const { origin, pathname } = new URL(url);
  return (origin + pathname).startsWith(scope) ? (origin + pathname).slice(scope.length) : null;
}

const assets = new CacheFirst({ cacheName: CACHE });
const pages = new NetworkFirst({
  cacheName: CACHE,
  networkTimeoutSeconds: 5,
  plugins: [
    {
      // Ask the host, whatever the browser still has: it may be of another build.
      requestWillFetch: async ({ request }) =>
        new Request(request.url, { cache: "no-cache", redirect: request.redirect }),
      cacheKeyWillBeUsed: async ({ request }) => scope + path(request.url), // without ?query
      cacheWillUpdate: async ({ response }) => ((await ours(response)) ? response : null),
      handlerDidError: async ({ request }) =>
        request.mode === "navigate" ? caches.match(FALLBACK) : undefined,
    },
  ],
});

/** Whether a response is of this build: each page and list carries its build's id. */
async function ours(response) {
  return response.ok && (await response.clone().text()).includes(BUILD);
}

const is =
  (kind) =>
  ({ url }) =>
    kind.test(path(url) ?? "another site");
registerRoute(is(UNCHANGING), assets);
registerRoute(is(CHANGING), pages);

/** What readers have of older builds, as this build names it. */
async function of_older() {
  const found = new Set();
  for (const name of await caches.keys()) {
    if (!name.startsWith(OURS) || name === CACHE) continue;
    for (const { url } of await (await caches.open(name)).keys()) {
      found.add(url.replace(/\/v\/\w+\//, `/v/${VERSION}/`));
    }
  }
  return found;
}

/** A new build takes over what readers have of an older one, all of it or nothing. */
async function take_over(event) {
  const mine = await caches.open(CACHE);
  const take = async (url) => {
    const strategy = UNCHANGING.test(path(url)) ? assets : pages;
    const [response, written] = strategy.handleAll({ event, request: new Request(url) });
    if (!(await response).ok) return null; // it is no more
    await written;
    const kept = await mine.match(url);
    if (!kept) throw new Error(`${url} is of another build; the next attempt will find its worker`);
    return kept;
  };
  const wanted = (await of_older()).add(FALLBACK);
  if (wanted.delete(COURSE)) {
    const { files } = await (await take(COURSE)).json();
    for (const name of files) wanted.add(new URL(name, scope).href);
  }
  await Promise.all([...wanted].map(take));
}

async function forget_older() {
  for (const name of await caches.keys()) {
    if (name.startsWith(OURS) && name !== CACHE) await caches.delete(name);
  }
}

self.addEventListener("install", (event) => event.waitUntil(take_over(event)));
// Only once no page of an older build is open: the browser waits, as nothing here tells it not to.
self.addEventListener("activate", (event) =>
  event.waitUntil(forget_older().then(() => self.clients.claim())),
);
