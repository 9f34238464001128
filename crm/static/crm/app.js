// Progressive enhancement only: every page works without this file.
"use strict";

const announcer = document.getElementById("announcer");

function announce(text, quiet = true) {
  const notice = document.querySelector("dialog[open] #dialog-notice");
  if (notice && !quiet) return warn(notice, text);
  announcer.classList.toggle("is-quiet", quiet);
  announcer.textContent = "";
  // A live region speaks when it changes, also where the text is the same as before.
  setTimeout(() => { announcer.textContent = text; }, 50);
  if (!quiet) setTimeout(() => { announcer.textContent = ""; }, 8000);
}

// While a dialog is open nothing beside it is seen or heard.

function warn(notice, text) {
  const banner = document.createElement("p");
  banner.className = "banner banner--error";
  banner.setAttribute("role", "alert");
  banner.textContent = text;
  notice.replaceChildren(banner);
}

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
  const list = document.getElementById("list");
  if (list && target && target.id === "list") showList(list);
});

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status === 0 || (status >= 500 && status !== 503)) announce(announcer.dataset.failed, false);
  });
}

// Signing in anew, in another tab, changes the token that every form must carry: send the present one.

function presentToken() {
  const cookie = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
  return cookie && cookie.slice("csrftoken=".length);
}

function renewToken(form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  if (token) token.value = presentToken() || token.value;
}

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, parameters } = event.detail;
  if (verb !== "get" && presentToken()) parameters.csrfmiddlewaretoken = presentToken();
});

// The server judges forms, in its own words. Half a date has no value that could be sent: it is sent as one that is none.

htmx.onLoad((part) => {
  for (const form of part.querySelectorAll("form[method=post]")) form.noValidate = true;
});

document.addEventListener("formdata", ({ target, formData }) => {
  for (const field of target.elements) if (field.validity.badInput) formData.set(field.name, "?");
});

// A form is sent once: a second click while the first is on its way does nothing.

document.addEventListener("submit", (event) => {
  const form = event.target;
  renewToken(form);
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

// Ctrl and Enter send the form from any of its fields.

document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  const button = event.key === "Enter" && (event.ctrlKey || event.metaKey) && form && form.matches(".form")
    && form.querySelector("[type=submit]");
  if (button) form.requestSubmit(button);
});

// Menus made of details: Esc, a click elsewhere and the focus that leaves close them.

const MENUS = ["user-menu", "drawer", "views"].map((name) => `details.${name}[open]`).join();

function closeMenus(except) {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

// The drawer itself is what shades the page behind its site map.
document.addEventListener("click", ({ target }) => closeMenus(target.matches("details.drawer") ? null : target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const menu = document.activeElement && document.activeElement.closest("details[open]");
  closeMenus();
  if (menu) menu.querySelector("summary").focus();
});

// The drawer takes the focus; Esc gives it back.

const drawer = document.querySelector("details.drawer");

if (drawer) drawer.addEventListener("toggle", () => {
  if (drawer.open) (drawer.querySelector("a[aria-current]") || drawer.querySelector("a")).focus();
});

// On a narrow screen the tabs of a record are moved sideways: the present one is in sight.

htmx.onLoad((part) => {
  const tab = part.querySelector(".tabs a[aria-current]");
  if (tab) tab.closest("ul").scrollLeft = tab.offsetLeft - tab.closest("ul").clientWidth / 2 + tab.offsetWidth / 2;
});

// The site map at the left can be put away; a cookie remembers it, so that the server draws the page as it stays.

const sideToggle = document.querySelector("[data-toggle-side]");

function showSide(shown) {
  document.body.classList.toggle("is-wide-page", !shown);
  sideToggle.setAttribute("aria-expanded", String(shown));
}

if (sideToggle) sideToggle.addEventListener("click", () => {
  const shown = document.body.classList.contains("is-wide-page");
  showSide(shown);
  document.cookie = `side=${shown ? "here" : "away"}; path=/; max-age=31536000; samesite=lax`;
});

// A form that asks sends only what was filled in, so that the address stays short.

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  const { parameters } = event.detail;
  for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
});
