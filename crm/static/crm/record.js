// Record pages: a part that was edited in place keeps the focus, and what was done is told. Works with app.js.
"use strict";

{
  let part = "";

  const isPage = (event) => event.detail.target && event.detail.target.id === "main";

  // What the keyboard goes on from: what is wrong, else the first field, else what opens the part's form.
  const placeIn = (found) => found
    && ["[role=alert]", ".form :is(input:not([type=hidden]), select, textarea):enabled", ".form a.button", "[data-focus]"]
      .map((selector) => found.querySelector(selector)).find(Boolean);

  document.addEventListener("htmx:beforeSwap", (event) => {
    const asker = event.detail.requestConfig && event.detail.requestConfig.elt.closest("[data-part]");
    if (isPage(event)) part = asker ? asker.dataset.part : "";
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (!isPage(event)) return;
    const main = document.getElementById("main");
    (placeIn(part && main.querySelector(`[data-part="${part}"]`)) || main).focus();
    announce([...main.querySelectorAll(".messages p")].map((each) => each.textContent).join(" "));
  });

  // Esc leaves the part as Cancel does.
  document.addEventListener("keydown", (event) => {
    const part = event.key === "Escape" && !event.defaultPrevented && !event.isComposing && event.target.closest(".section--editing");
    if (!part) return;
    // Which would close the question that Cancel may ask.
    event.preventDefault();
    part.querySelector("a[hx-get]").click();
  });
}
