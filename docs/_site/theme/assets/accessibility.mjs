// What the theme leaves to be said to screen readers and keyboards. The theme builds some of its
// parts late and anew on every page, hence the observer.

function repair() {
  // Each code block's toolbar is a navigation landmark; landmarks need names of their own.
  document.querySelectorAll("nav.md-code__nav").forEach((nav, index) => {
    nav.ariaLabel ??= `Code block ${index + 1}`;
  });
  // What scrolls sideways can be scrolled by keyboard.
  for (const box of document.querySelectorAll("div.arithmatex, .md-typeset__scrollwrap")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
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
