// What was typed and not sent is not thrown away unasked, whichever way leads out. `unsent()` gives the forms that hold
// such, `discardFirst()` asks; dialog.js uses both.
"use strict";

const discard = document.getElementById("discard");
const FORMS = ".form[method=post]:has([type=submit])";
// What each form held when it was opened, by its address: refused, it is shown anew, and what is typed there is still not sent.
const opened = new Map();

// Without what the server put there for itself.
function typed(form) {
  const values = new FormData(form);
  for (const hidden of form.querySelectorAll("[type=hidden]")) values.delete(hidden.name);
  return new URLSearchParams(values).toString();
}

function unsent(part = document) {
  return [...part.querySelectorAll(FORMS)].filter((form) => typed(form) !== opened.get(form.getAttribute("action")));
}

function discardFirst(proceed) {
  discard.returnValue = "";
  discard.addEventListener("close", () => { if (discard.returnValue === "discard") proceed(); }, { once: true });
  discard.showModal();
}

htmx.onLoad((part) => {
  for (const form of part.querySelectorAll(FORMS)) {
    if (!form.parentElement.querySelector(".error-summary")) opened.set(form.getAttribute("action"), typed(form));
  }
});

// A link, a sort or Cancel that puts something else in the place of a form.

document.addEventListener("htmx:confirm", (event) => {
  const { elt, target, issueRequest } = event.detail;
  if (unsent(target).every((form) => form === elt)) return;
  event.preventDefault();
  discardFirst(() => issueRequest(true));
});

// A link, Back or a reload that leaves the page: the browser asks in its own words. What is on its way is not asked about,
// nor what nobody misses.

{
  const LEFT_ALONE = "[data-passing], .htmx-request, [inert]";
  let leaving = false;

  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (target.method === "post" && !defaultPrevented) leaving = true;
  });

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && unsent().some((form) => !form.matches(LEFT_ALONE))) event.preventDefault();
  });

  window.addEventListener("pageshow", () => { leaving = false; });
}
