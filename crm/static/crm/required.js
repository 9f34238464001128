// What the chosen option of a select asks for is required while it is chosen. The server judges, also without this.
"use strict";

{
  const asked = (option) => (option && option.dataset.requires || "").split(" ").filter(Boolean);

  function mark(field, wanted) {
    const box = field.closest(".field");
    const star = Object.assign(document.createElement("span"), { className: "star", ariaHidden: "true", textContent: " *" });
    (box.querySelector("[role=combobox]") || field).ariaRequired = String(wanted);
    for (const old of box.querySelectorAll(".star")) old.remove();
    if (wanted) box.querySelector(".label").append(star);
  }

  function markAll(select) {
    const wanted = asked(select.selectedOptions[0]);
    const names = new Set([...select.options].flatMap(asked));
    for (const name of names) mark(select.form.elements[name], wanted.includes(name));
  }

  htmx.onLoad((part) => {
    for (const select of part.querySelectorAll("select:has([data-requires])")) {
      markAll(select);
      select.addEventListener("change", () => markAll(select));
    }
  });
}
