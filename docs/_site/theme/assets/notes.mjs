// On wide screens each correction stands in the margin, beside the words that it is about, and
// unfolds there. On phones, on paper and without JavaScript they are a list at the page's end.

const wide = matchMedia("(min-width: 60em)");
const marks = [...document.querySelectorAll(".footnote-ref")];
const noted = (mark) => document.getElementById(decodeURIComponent(mark.hash.slice(1)));
const homes = new Map();
for (const mark of marks) {
  const note = noted(mark)?.querySelector(":scope > details");
  if (note && !homes.has(note)) homes.set(note, { mark, home: note.parentElement });
}

function arrange(beside) {
  for (const [note, { mark, home }] of homes) {
    const grid = mark.closest(".grid"); // where each cell has edges of its own
    if (!beside) home.prepend(note);
    else if (grid) grid.before(note);
    else mark.parentElement.after(note);
  }
  document.documentElement.toggleAttribute("data-beside", beside);
}

/** The note that a mark leads to is opened where it is. */
for (const mark of marks) {
  mark.addEventListener("click", (event) => {
    const note = [...homes].find(([, { home }]) => home === noted(mark))?.[0];
    if (!note) return;
    note.open = !wide.matches || !note.open;
    if (!wide.matches) {
      document.querySelector(".cv7-notes").open = true;
      return;
    }
    event.preventDefault();
    note.scrollIntoView({ block: "nearest" });
  });
}
wide.addEventListener("change", () => arrange(wide.matches));
addEventListener("beforeprint", () => arrange(false));
addEventListener("afterprint", () => arrange(wide.matches));
if (wide.matches) arrange(true);
