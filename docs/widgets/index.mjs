// Load a widget's element when its tag comes near the window, and nowhere else; those that act on
// the whole page, at once.

const NEAR = "800px"; // about a screen's height

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) load(target);
  },
  { rootMargin: NEAR },
);

function load(element) {
  observer.unobserve(element);
  const slug = element.localName.slice("cv7-".length);
  import(`./${slug}/element.mjs`).catch(() => {
    element.dataset.failed = ""; // the style sheet then shows it as if there were no script
  });
}

for (const element of document.querySelectorAll(":not(:defined)")) {
  if (!element.localName.startsWith("cv7-")) continue;
  if ("everywhere" in element.dataset) load(element);
  else observer.observe(element);
}
