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

/** Whoever is quicker brings it at once; what a button was pressed for is done when it is there. */
function hurried({ currentTarget: element, target, type }) {
  if (element.matches(":defined")) return;
  load(element);
  const pressed = target.closest("button, [type=radio]");
  if (type !== "click" || !pressed) return;
  customElements.whenDefined(element.localName).then(() => pressed.click());
}

for (const element of document.querySelectorAll(":not(:defined)")) {
  if (!element.localName.startsWith("cv7-")) continue;
  for (const hand of ["pointerdown", "focusin", "click"]) element.addEventListener(hand, hurried);
  if ("everywhere" in element.dataset) load(element);
  else observer.observe(element);
}
