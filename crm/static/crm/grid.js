// Lists: where the menus of rows open, and columns that are moved in place. Without this file the menus open in the
// middle of the window, and the server moves the columns.
"use strict";

(() => {
  const MARGIN = 8;

  // Where the browser cannot place a menu at its button by itself.

  function place(menu) {
    const button = document.querySelector(`[popovertarget="${menu.id}"]`).getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const below = button.bottom + height + MARGIN <= innerHeight;
    menu.style.margin = "0";
    menu.style.left = `${Math.max(MARGIN, button.right - width)}px`;
    menu.style.top = `${Math.max(MARGIN, below ? button.bottom : button.top - height)}px`;
  }

  document.addEventListener("toggle", ({ target, newState }) => {
    if (newState === "open" && target.matches(".row-menu") && !CSS.supports("position-area: bottom")) place(target);
  }, true);

  // A table that is wider than its box after all can be moved sideways, and shows it.

  function fit() {
    const box = document.querySelector(".list .table-box");
    if (box) box.classList.toggle("table-box--over", box.scrollWidth > box.clientWidth);
  }

  for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, fit);
  window.addEventListener("resize", fit);
  fit();

  // The columns of a list, in the dialog that chooses them.

  function move(button) {
    const item = button.closest("li");
    const up = button.value.startsWith("up:");
    const other = up ? item.previousElementSibling : item.nextElementSibling;
    if (other) other[up ? "before" : "after"](item);
    button.focus();
    tell(item);
  }

  function tell(item) {
    const status = item.closest("form").querySelector("[data-moved]");
    const places = [...item.parentElement.children];
    const words = { column: item.innerText.trim(), place: places.indexOf(item) + 1, count: places.length };
    status.textContent = status.dataset.moved.replace(/{(\w+)}/g, (whole, name) => words[name]);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-column-choices] [name=move]");
    if (!button) return;
    event.preventDefault();
    move(button);
  });
})();
