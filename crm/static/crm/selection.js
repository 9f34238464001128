// Rows of a list chosen for a command. The browser remembers them while the list is sorted and paged; another view,
// filter or search begins anew. Without this file the ticked rows of the page are sent.
"use strict";

(() => {
  const form = () => document.getElementById("selection");
  const rows = () => [...document.querySelectorAll(".row-check")];

  function read() {
    const nothing = { scope: form().dataset.scope, ids: [], all: false };
    try {
      const kept = JSON.parse(sessionStorage.getItem(form().dataset.key));
      return kept && kept.scope === nothing.scope ? kept : nothing;
    } catch { return nothing; }
  }

  function write(chosen) {
    sessionStorage.setItem(form().dataset.key, JSON.stringify(chosen));
    show(chosen);
    document.querySelector("[data-selection-status]").textContent = words(chosen) || form().dataset.none;
  }

  function words({ ids, all }) {
    const { one, many, all: whole } = form().dataset;
    if (all) return whole;
    if (ids.length < 2) return ids.length ? one : "";
    return many.replace("{count}", ids.length.toLocaleString(document.documentElement.lang));
  }

  function show(chosen) {
    const bar = form(), ids = new Set(chosen.ids), text = words(chosen);
    for (const box of rows()) box.checked = chosen.all || ids.has(box.value);
    const ticked = rows().filter((box) => box.checked).length;
    const page = document.querySelector("[data-select-page]");
    page.firstElementChild.checked = ticked === rows().length;
    page.firstElementChild.indeterminate = ticked > 0 && ticked < rows().length;
    bar.classList.toggle("is-shown", Boolean(text));
    bar.querySelector("[data-count]").textContent = text;
    bar.querySelector("[data-clear]").hidden = !text;
    const whole = bar.elements["bulk-all"];
    if (whole) { whole.checked = chosen.all; whole.parentElement.hidden = chosen.all; }
  }

  function refresh() { if (form()) show(read()); }

  // Where all were chosen and one is not wanted, the others of this page stay.

  function tick(box) {
    const chosen = read();
    const ids = new Set(chosen.all ? rows().map((each) => each.value) : chosen.ids);
    if (box.checked) ids.add(box.value); else ids.delete(box.value);
    write({ ...chosen, all: false, ids: [...ids] });
  }

  function tickPage(checked) {
    const chosen = read(), page = rows().map((box) => box.value);
    const others = chosen.ids.filter((id) => !page.includes(id));
    write({ ...chosen, all: false, ids: checked ? [...others, ...page] : others });
  }

  document.addEventListener("change", ({ target }) => {
    if (!form()) return;
    if (target.matches(".row-check")) tick(target);
    else if (target.closest("[data-select-page]")) tickPage(target.checked);
    else if (target === form().elements["bulk-all"]) write({ ...read(), all: target.checked, ids: [] });
  });

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-clear]")) return;
    write({ ...read(), all: false, ids: [] });
    document.getElementById("list").focus({ preventScroll: true });
  });

  // Enter on a checkbox would press the first command.

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.form === form() && event.target.type === "checkbox") event.preventDefault();
  });

  document.addEventListener("submit", ({ target }) => {
    if (target !== form()) return;
    const { ids, all } = read();
    target.querySelector("[data-chosen]").value = all ? "" : ids.join(",");
  });

  for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, refresh);
  window.addEventListener("pageshow", refresh);
  refresh();
})();
