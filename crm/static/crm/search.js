// The search box suggests while one types: a combobox with a list, after the pattern of the ARIA practices guide.
// Without this file Enter leads to the page of results, as it does where no suggestion is chosen.
"use strict";

{
  const box = document.getElementById("global-search");
  const list = document.getElementById("suggestions");

  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id }))
    box.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function show(shown) {
    list.hidden = !shown;
    box.setAttribute("aria-expanded", String(shown));
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
    if (list.hidden) return show(list.children.length > 0);
    const all = [null, ...options()];
    choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
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
    keys[event.key]();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== list) return;
    options().forEach((option, number) => { option.id = `suggestion-${number}`; });
    show(list.children.length > 0 && document.activeElement === box);
    const told = list.querySelector("[data-announce]");
    if (told) announce(told.dataset.announce);
  });

  // Not before the click on a suggestion has done its work.
  document.addEventListener("click", (event) => { if (!box.form.contains(event.target)) show(false); });
  box.addEventListener("blur", (event) => { if (event.relatedTarget && !list.contains(event.relatedTarget)) show(false); });

  show(false);
}
