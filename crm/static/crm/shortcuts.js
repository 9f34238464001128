// Single keys, as the sheet (#shortcuts) lists them. Whoever switched them off gets neither the sheet nor this file.
"use strict";

{
  const PATIENCE = 1500; // milliseconds between the two keys of one shortcut
  const sheet = document.getElementById("shortcuts");
  const shortcuts = new Map([...sheet.querySelectorAll("[data-keys]")].map((each) => [each.dataset.keys, each.dataset]));
  let first = "";
  let waiting = 0;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isTyping(event) || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.shiftKey ? event.key : event.key.toLowerCase();
    const shortcut = shortcuts.get(first ? `${first} ${key}` : key);
    wait(!first && [...shortcuts.keys()].some((keys) => keys.startsWith(`${key} `)) ? key : "");
    if (!shortcut) return;
    const deed = ["go", "press", "move"].find((name) => shortcut[name]);
    if (!deed) return;
    event.preventDefault();
    deeds[deed](shortcut[deed]);
  });

  function isTyping({ target, isComposing }) {
    const field = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
    return isComposing || target.closest(field) || document.querySelector("dialog[open]");
  }

  function wait(key) {
    clearTimeout(waiting);
    first = key;
    if (key) waiting = setTimeout(() => { first = ""; }, PATIENCE);
  }

  const deeds = {
    go: (address) => location.assign(address),
    press: (ids) => {
      const found = ofRow(ids) || ids.split(" ").map((id) => document.getElementById(id)).find(Boolean);
      if (found) press(found);
    },
    move: (where) => moves[where](),
  };

  // A command that is disabled says why.
  function press(element) {
    if (element.matches("input")) {
      element.focus();
      return element.select();
    }
    const reason = element.matches("[aria-disabled]") && document.getElementById(element.getAttribute("aria-describedby"));
    if (reason) return announce(reason.textContent, false);
    element.click();
  }

  // In a list the row that one has walked to comes before the page.
  function ofRow(ids) {
    const keys = ids.split(" ").map((id) => `[data-row-command="${id.replace("command-", "")}"]`);
    return row() && row().querySelector(keys.join());
  }

  const row = () => document.activeElement.closest("main tbody tr");

  function moveTo(step) {
    const rows = [...document.querySelectorAll("main tbody tr:has(a[href])")];
    const next = rows[row() ? rows.indexOf(row()) + step : 0];
    if (!next) return;
    next.querySelector("a[href]").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  const moves = {
    next: () => moveTo(1),
    previous: () => moveTo(-1),
    select: () => {
      const box = row() && row().querySelector("input[type=checkbox]");
      if (box) box.click();
    },
  };

  document.getElementById("open-shortcuts").addEventListener("click", (event) => {
    event.preventDefault();
    sheet.showModal();
  });
}
