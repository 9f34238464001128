// A box with a list of what fits it, after the combobox pattern of the ARIA practices guide. htmx fills the list.
"use strict";

// Enter clicks the chosen option, which does its work then. `ask` fills the list where it is opened without typing;
// else it shows what it held.
// Returns what shows or hides the list.
function combobox(box, list, ask = null) {
  const spoken = list.parentElement.querySelector("[role=status]");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id }))
    box.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  const elsewhere = (event) => { if (!list.contains(event.target) && event.target !== box) show(false); };

  function show(shown) {
    list.hidden = !shown;
    box.setAttribute("aria-expanded", String(shown));
    document[shown ? "addEventListener" : "removeEventListener"]("click", elsewhere);
    if (!shown) choose(null);
  }

  function choose(option) {
    if (chosen()) chosen().removeAttribute("aria-selected");
    box.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  // Round and round, with the box itself between the last and the first.
  function move(step) {
    if (list.hidden) return ask ? ask() : show(list.children.length > 0);
    const all = [null, ...options()];
    choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  }

  function tell() {
    const told = list.querySelector("[data-announce]");
    if (!told) return;
    if (spoken) spoken.textContent = told.dataset.announce;
    else announce(told.dataset.announce);
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => chosen() && chosen().click(),
    Escape: () => show(false),
  };

  box.addEventListener("keydown", (event) => {
    const waits = event.key === "Enter" ? !chosen() : event.key === "Escape" && list.hidden;
    if (!keys[event.key] || waits || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });

  list.addEventListener("htmx:afterSettle", () => {
    options().forEach((option, number) => { option.id = `${list.id}-${number}`; });
    show(list.children.length > 0 && document.activeElement === box);
    if (!list.hidden) tell();
  });

  // The box keeps the focus while an option is clicked.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("blur", () => show(false));

  show(false);
  return show;
}

const TYPED = "typed:"; // crm.comboboxes

// A select becomes a combobox that searches. The select stays, hidden, and holds what is sent.

function searchedSelect(root) {
  const select = root.querySelector("select");
  const box = root.querySelector("input");
  const list = root.querySelector("[role=listbox]");
  const label = () => (select.value ? select.selectedOptions[0].textContent : "");
  const isChosen = () => !select.value.startsWith(TYPED) && same(box.value, label());
  const same = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();
  takePlace(select, box);
  list.setAttribute("aria-label", box.labels[0].textContent);
  box.value = label();
  if (select.disabled) return void Object.assign(box, { readOnly: true, placeholder: "" });
  const show = combobox(box, list, () => htmx.trigger(box, "ask"));

  function set(value, text) {
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(text, value));
    select.value = value;
  }

  function hold(value, text) {
    set(value, text);
    box.value = text;
    show(false);
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What was typed and not chosen is sent as that; the server judges it.
  function note() {
    if (isChosen()) return;
    for (const old of select.querySelectorAll(`[value^="${TYPED}"]`)) old.remove();
    const text = box.value.trim();
    set(text && TYPED + text, text);
  }

  const take = (option) => hold(option.dataset.value, option.dataset.label || option.textContent);

  // Whoever typed a whole name has chosen it.
  function settle() {
    const named = [...list.querySelectorAll("[data-value]")].find((option) => same(option.textContent, box.value));
    if (named && box.value.trim() && !isChosen()) take(named);
  }

  box.addEventListener("input", note);
  box.addEventListener("click", () => { if (list.hidden) htmx.trigger(box, "ask"); });
  box.addEventListener("blur", settle);
  box.addEventListener("keydown", (event) => {
    const chosen = list.querySelector("[aria-selected=true]");
    if (event.key === "Tab" && chosen) take(chosen);
  });
  // Where one is chosen the others are offered, not it alone.
  box.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.q = isChosen() ? "" : box.value;
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-value]");
    if (option) take(option);
  });
  list.addEventListener("htmx:afterSettle", () => {
    if (document.activeElement !== box) return settle();
    list.scrollIntoView({ block: "nearest" });
  });
}

// Label, remarks and focus are the box's from now on.
function takePlace(select, box) {
  for (const name of ["id", "aria-describedby", "aria-invalid", "aria-required", "autofocus"]) {
    if (!select.hasAttribute(name)) continue;
    box.setAttribute(name, select.getAttribute(name));
    select.removeAttribute(name);
  }
  const focused = document.activeElement === select;
  select.hidden = true;
  box.hidden = false;
  if (focused) box.focus();
}

htmx.onLoad((part) => {
  for (const root of part.querySelectorAll("[data-combobox]:not(:has([role=combobox]))")) searchedSelect(root);
});
