// On paper, answers and hints stand at the end of the page, where they give nothing away. Without
// JavaScript they are printed where they are; other notes always are (cv7.css).

let moved = [];

function heading(element) {
  const headings = [...document.querySelectorAll("article :is(h1, h2, h3)")];
  const before = Node.DOCUMENT_POSITION_FOLLOWING;
  return headings.filter((h) => h.compareDocumentPosition(element) & before).at(-1);
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

addEventListener("beforeprint", () => {
  const folded = [...document.querySelectorAll("article details:is(.answer, .hint)")];
  if (moved.length || !folded.length) return;
  const end = document.createElement("section");
  end.className = "cv7-at-the-end";
  const title = document.createElement("h2");
  title.textContent = "Answers";
  end.append(title);
  moved = folded.map((details, i) => {
    const summary = details.querySelector("summary").textContent.trim();
    const where = heading(details)?.firstChild?.textContent ?? "";
    const mark = paragraph(`→ ${summary}: number ${i + 1} at the end`);
    details.before(mark);
    end.append(paragraph(`${i + 1} · ${where}`), details);
    return { details, mark };
  });
  document.querySelector("article").append(end);
});

addEventListener("afterprint", () => {
  for (const { details, mark } of moved) mark.replaceWith(details);
  document.querySelector(".cv7-at-the-end")?.remove();
  moved = [];
});
