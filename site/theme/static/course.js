/* A formula, table or output that is wider than the page scrolls in its box; let the keyboard reach it. */
window.addEventListener("load", () => {
  const mark = () => document.querySelectorAll("div.math, mjx-container[display], .cell_output, .cell_output pre, .highlight pre")
    .forEach((box) => { if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; });
  window.addEventListener("resize", mark);
  new MutationObserver(mark).observe(document.body, { childList: true, subtree: true });
  mark();
});

/* The language switch keeps the section: its anchors are the cells' ids, the same in all languages. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.language-switch");
  if (!link) return;
  const passed = [...document.querySelectorAll("[id^=cell-]")].filter((mark) => mark.getBoundingClientRect().top < innerHeight / 2);
  if (passed.length) link.hash = passed.at(-1).id;
}, true);

/* A printed page shows what is folded. */
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((box) => { box.open = true; }));
