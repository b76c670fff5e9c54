// Load a widget's element where its tag stands on the page, and nowhere else.

function load() {
  for (const element of document.querySelectorAll(":not(:defined)")) {
    const slug = element.localName.match(/^cv7-(.+)$/)?.[1];
    if (!slug) continue;
    import(`./${slug}/element.mjs`).catch(() => {
      element.dataset.failed = ""; // the style sheet then shows it as if there were no script
    });
  }
}

// The theme swaps pages without loading them anew; it announces each one, the first included.
if (globalThis.document$) globalThis.document$.subscribe(load);
else load();
