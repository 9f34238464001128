// Progressive enhancement only: every page works without this file.
"use strict";

const dialog = document.getElementById("dialog");
const announcer = document.getElementById("announcer");

function announce(text, quiet = true) {
  announcer.classList.toggle("is-quiet", quiet);
  announcer.textContent = "";
  // A live region speaks when it changes, also where the text is the same as before.
  setTimeout(() => { announcer.textContent = text; }, 50);
  if (!quiet) setTimeout(() => { announcer.textContent = ""; }, 8000);
}

// The dialog: htmx fills it, this opens it; the browser traps the focus, closes on Esc and returns the focus.

function openDialog() {
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector(".error-summary")
    || dialog.querySelector("form :is(input:not([type=hidden]), select, textarea)")
    || dialog.querySelector("form [type=submit], a[href]");
  if (first) first.focus();
}

// What was refused because others were faster is shown anew below the dialog.

dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  if (dialog.dataset.outdated) location.reload();
});

dialog.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-close-dialog]");
  if (!closer) return;
  event.preventDefault();
  dialog.close();
});

// What is downloaded leaves the page as it is; the dialog that asked for it has done its part.

dialog.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-download]")) setTimeout(() => dialog.close());
});

// An address may ask for a command of its page, once.

window.addEventListener("load", () => {
  const command = location.hash.startsWith("#command-") && document.getElementById(location.hash.slice(1));
  if (!command) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  command.click();
});

// The list: announce what it shows now, and do not lose the focus with the link that was followed.

function showList(list) {
  if (list.dataset.title) document.title = list.dataset.title;
  announce(list.dataset.announce || "");
  if (document.activeElement === document.body) list.focus({ preventScroll: true });
  if (list.getBoundingClientRect().top < 0) list.scrollIntoView();
}

document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.target;
  if (target === dialog) {
    if ([403, 404, 409, 412].includes(event.detail.xhr.status)) dialog.dataset.outdated = "yes";
    openDialog();
  }
  const list = document.getElementById("list");
  if (list && target && target.id === "list") showList(list);
});

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status === 0 || (status >= 500 && status !== 503)) announce(announcer.dataset.failed, false);
  });
}

// A form is sent once: a second click while the first is on its way does nothing.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-guard]") || form.hasAttribute("hx-post") && form.closest("dialog")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("[type=submit]")) button.setAttribute("aria-busy", "true");
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

// Menus made of details: Esc and a click elsewhere close them; a view's choice closes its menu.

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.user-menu[open], details.drawer[open], details.views[open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || dialog.open) return;
  const menu = document.activeElement && document.activeElement.closest("details[open]");
  closeMenus();
  if (menu) menu.querySelector("summary").focus();
});

// The site map at the left can be put away; the browser remembers it.

const sideToggle = document.querySelector("[data-toggle-side]");

function showSide(shown) {
  document.body.classList.toggle("is-wide-page", !shown);
  sideToggle.setAttribute("aria-expanded", String(shown));
}

if (sideToggle) {
  sideToggle.hidden = false;
  showSide(localStorage.getItem("side") !== "away");
  sideToggle.addEventListener("click", () => {
    const shown = document.body.classList.contains("is-wide-page");
    showSide(shown);
    localStorage.setItem("side", shown ? "here" : "away");
  });
}

// A form that asks sends only what was filled in, so that the address stays short.

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  const { parameters } = event.detail;
  for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
});
