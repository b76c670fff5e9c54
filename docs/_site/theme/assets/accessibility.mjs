// What the theme leaves to be said to screen readers and keyboards. The theme builds some of its
// parts late and anew on every page, hence the observer.

function repair() {
  // What scrolls sideways can be scrolled by keyboard, code also before the theme takes it up. All
  // is measured before anything changes.
  const wide = "div.arithmatex, .md-typeset__scrollwrap, pre > code";
  const boxes = [...document.querySelectorAll(wide)];
  for (const box of boxes.filter((b) => b.scrollWidth > b.clientWidth)) box.tabIndex = 0;
  // Each code block's toolbar is a navigation landmark; landmarks need names of their own. The
  // theme brings one when its block comes near, so that their number is no name.
  document.querySelectorAll("pre").forEach((block, index) => {
    const nav = block.querySelector(":scope > nav.md-code__nav");
    if (nav) nav.ariaLabel ??= `Code block ${index + 1}`;
  });
}

let scheduled = false;
function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    repair();
  });
}

// Widgets at work change many times a second, and bring nothing that needs repair: measuring the
// whole page each time would make it stutter.
new MutationObserver((changes) => {
  if (changes.some(({ target }) => !target.closest(".cv7-widget"))) schedule();
}).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", schedule);
schedule();

// A term explains itself under pointer and focus by cv7.css, and here to a finger: the first tap
// shows what it means, the next one goes to its entry, as a click does. Escape puts it away.
let pointer = "";
let shown = null;
function show(term) {
  shown?.removeAttribute("data-open");
  shown = term;
  shown?.setAttribute("data-open", "");
}
addEventListener("pointerdown", ({ pointerType }) => (pointer = pointerType), true);
addEventListener("click", (event) => {
  const term = event.target.closest("a.cv7-term");
  const first = term && term !== shown && event.detail > 0 && pointer === "touch";
  if (first) event.preventDefault();
  else if (term)
    document.getElementById(term.hash.slice(1))?.closest("details")?.toggleAttribute("open", true);
  show(first ? term : null);
});
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  show(null);
  for (const term of document.querySelectorAll("a.cv7-term:is(:hover, :focus)")) {
    term.setAttribute("data-shut", "");
    const again = () => term.removeAttribute("data-shut");
    for (const leaves of ["pointerleave", "blur"]) term.addEventListener(leaves, again);
  }
});
