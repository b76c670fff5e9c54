// A mark brings its note to where it stands, unfolded, and sends it home again; on wide screens the
// title in the margin does so, too. Without JavaScript, a mark leads to the list at the page's end.

const away = new Map(); // notes that stand at their marks, by the list items that are their homes

const title = (home) => document.querySelector(`[data-note="${home.id.slice("fn:".length)}"]`);

function bring(mark, home) {
  const note = home.querySelector("details");
  const beside = title(home);
  const place = mark.closest(".grid") ?? mark.parentElement; // a cell of a grid is narrow
  (beside?.checkVisibility() ? beside : place).after(note);
  if (beside) beside.hidden = true;
  away.set(home, { note, mark });
  note.open = true;
  note.scrollIntoView({ block: "nearest" });
}

function send_home(home) {
  const { note } = away.get(home);
  away.delete(home);
  note.open = false;
  home.prepend(note);
  const beside = title(home);
  if (beside) beside.hidden = false;
}

addEventListener("click", (event) => {
  const name = event.target.closest("[data-note]")?.dataset.note;
  const mark = name
    ? document.querySelector(`.footnote-ref[href="#fn:${name}"]`)
    : event.target.closest(".footnote-ref");
  if (!mark) return;
  event.preventDefault();
  const home = document.getElementById(decodeURIComponent(mark.hash.slice(1)));
  const before = away.get(home)?.mark;
  if (before) send_home(home);
  if (before !== mark) bring(mark, home);
});

// Folded by its own title, it goes, too.
addEventListener(
  "toggle",
  ({ target }) => {
    for (const [home, { note }] of away) if (note === target && !note.open) send_home(home);
  },
  true,
);
addEventListener("beforeprint", () => [...away.keys()].forEach(send_home));
