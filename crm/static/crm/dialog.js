// The dialog of the page: htmx fills it, this opens it; the browser traps the focus. Works with unsent.js.
"use strict";

const dialog = document.getElementById("dialog");
let opener = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (target === dialog && !dialog.open) opener = elt;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const { target, xhr } = event.detail;
  if (target !== dialog) return;
  if ([403, 404, 409, 412].includes(xhr.status)) dialog.dataset.outdated = "yes";
  openDialog();
});

function openDialog() {
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector("[autofocus]")
    || dialog.querySelector("form :is(input:not([type=hidden]), select, textarea)")
    || dialog.querySelector("form [type=submit], a[href]");
  if (first) first.focus();
}

// The summary leads to the field itself, and leaves the address as it is.

dialog.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (field.matches("input, select, textarea") ? field : field.querySelector("input")).focus();
});

// A form is sent once: also not in the moment before the page that it led to has come. Until the answer is there it takes
// nothing more, which the answer would throw away.

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (!elt.matches("#dialog form")) return;
  if (elt.inert) event.preventDefault();
  elt.inert = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (!elt.matches("#dialog form") || xhr.getResponseHeader("HX-Redirect")) return;
  elt.inert = false;
  elt.querySelector("[type=submit]").focus();
});

function leave() {
  if (unsent(dialog).length) discardFirst(() => dialog.close());
  else dialog.close();
}

dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  leave();
});

// Before `cancel`, which a browser sends only once where nothing was clicked in between.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !dialog.open || discard.open) return;
  event.preventDefault();
  leave();
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close-dialog]")) return;
  event.preventDefault();
  leave();
});

// What is downloaded leaves the page as it is; the dialog that asked for it has done its part.

dialog.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-download]")) setTimeout(() => dialog.close());
});

// What was refused because others were faster is shown anew below the dialog.

// A command in a menu that has closed again cannot have the focus: the button of the menu can, unless the browser gave it
// back to whatever had it before.

function giveBack(opener) {
  if (opener.checkVisibility()) return opener.focus();
  const menu = opener.closest("[popover]");
  const button = menu && document.querySelector(`[popovertarget="${menu.id}"]`);
  if (button && document.activeElement === document.body) button.focus();
}

dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  if (opener) giveBack(opener);
  if (dialog.dataset.outdated) location.reload();
});
