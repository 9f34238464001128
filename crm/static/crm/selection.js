// Rows of a list chosen for a command. The browser remembers them while the list is sorted and paged, its records and
// commands are opened, and one goes back to it. Another view, filter, search or list begins anew, and so does the list
// itself where one comes to it from elsewhere. Without this file the ticked rows of the page are sent. Works with app.js.
"use strict";

(() => {
  const KEPT = "selection";
  const list = () => document.getElementById("list");
  const form = () => document.getElementById("selection");
  const rows = () => [...document.querySelectorAll(".row-check")];

  function read() {
    return JSON.parse(sessionStorage.getItem(KEPT)) || { scope: list().dataset.scope, ids: [], all: false };
  }

  const isAny = ({ ids, all }) => all || ids.length > 0;

  function clear(chosen) {
    sessionStorage.removeItem(KEPT);
    // After app.js has told which list it is.
    if (isAny(chosen)) setTimeout(() => announce(`${list().dataset.announce}. ${list().dataset.cleared}`, false));
  }

  // By a link or an address from a page that is not below the list.
  function isFromElsewhere() {
    const from = document.referrer && new URL(document.referrer);
    const isBelow = from && from.origin === location.origin && from.pathname.startsWith(location.pathname);
    return performance.getEntriesByType("navigation")[0].type === "navigate" && !isBelow;
  }

  function write(chosen) {
    sessionStorage.setItem(KEPT, JSON.stringify(chosen));
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

  function refresh() {
    const chosen = read();
    if (chosen.scope !== list().dataset.scope) clear(chosen);
    if (form()) show(read());
  }

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
    list().focus({ preventScroll: true });
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
  if (isFromElsewhere()) clear(read());
  refresh();
})();
