// An open page asks every few seconds whether others changed what it shows, and tells: crm.freshness answers.
// It never reloads by itself and touches nothing that is being typed.
"use strict";

{
  // Asked anew: a part of the page that is edited in its place comes with another one.
  const region = () => document.getElementById("fresh");
  const every = region().dataset.seconds * 1000;
  let timer, asked = "", known = "", failures = 0, sending = 0, ended = every === 0;

  // What the page shows now: a list changes without a new page.
  function shown() {
    const source = document.querySelector("[data-fresh-url]");
    if (!source) return null;
    const rows = source.dataset.fresh ? [source] : [...source.querySelectorAll("[data-fresh]")];
    const named = rows.map((row) => row.dataset.fresh);
    const question = `${source.dataset.freshUrl}?${source.dataset.fresh ? "record" : "rows"}=${named.join(",")}`;
    return named.length ? { rows, question, versions: `"${named.map((each) => each.split(".")[1]).join(".")}"` } : null;
  }

  // Not all pages at the same moment, and ever more seldom while the server does not answer.
  function wait() {
    clearTimeout(timer);
    if (ended || document.hidden) return;
    timer = setTimeout(ask, every * 2 ** Math.min(failures, 5) * (0.9 + 0.2 * Math.random()));
  }

  async function ask() {
    const page = shown();
    if (page && !sending) {
      if (page.question !== asked) forget(page);
      try {
        await judge(page, await fetch(page.question, { headers: { "If-None-Match": known } }));
      } catch {
        failures += 1;
      }
    }
    wait();
  }

  function forget(page) {
    [asked, known] = [page.question, page.versions];
    region().replaceChildren();
  }

  async function judge(page, answer) {
    failures = answer.status < 500 ? 0 : failures + 1;
    // Signed out, or a page of an older version of this product.
    ended = answer.status >= 400 && answer.status < 500;
    if (!answer.ok) return;
    const news = await answer.json();
    // What was asked before the user sent something, or went on to other rows, is not told: it may be his own deed.
    if (sending || page.question !== shown()?.question) return;
    known = answer.headers.get("ETag");
    tell(news, page.rows);
  }

  function tell({ text, marks, gone }, rows) {
    region().replaceChildren();
    if (!text) return;
    for (const [place, label] of rows.length > 1 || !rows[0].dataset.freshUrl ? Object.entries(marks) : []) mark(rows[place], label);
    region().append(banner(text, !gone));
    warnInDialog(text);
  }

  function mark(row, label) {
    row.classList.add("is-changed");
    const cell = row.querySelector("td:not(.check-cell)");
    const badge = cell.querySelector(".changed-mark") || cell.insertBefore(document.createElement("span"), cell.firstChild);
    badge.className = "changed-mark badge badge--draft";
    badge.textContent = label;
  }

  function banner(text, offersRefresh) {
    const told = document.createElement("div");
    told.className = "banner banner--warning";
    const words = document.createElement("p");
    words.append(text, isTyping() ? ` ${region().dataset.typed}` : "");
    if (offersRefresh) words.append(" ", refresh());
    told.append(words);
    return told;
  }

  function refresh() {
    const link = document.createElement("a");
    link.href = location.href.split("#")[0];
    link.textContent = region().dataset.refresh;
    return link;
  }

  function isTyping() {
    const fields = document.querySelectorAll("dialog[open] form, main form [name]:is(textarea, input:not([type=hidden], [type=checkbox], [type=radio]))");
    return [...fields].some((field) => field.matches("form") || field.value !== field.defaultValue);
  }

  // Below an open dialog nothing is seen or heard: it is told there as well, without a way to lose what was typed.
  function warnInDialog(text) {
    const notice = document.querySelector("dialog[open] #dialog-notice");
    if (!notice) return;
    notice.setAttribute("role", "status");
    const told = document.createElement("p");
    told.className = "banner banner--warning";
    told.textContent = `${text} ${region().dataset.kept}`;
    setTimeout(() => notice.replaceChildren(told), 50);
  }

  // While the user's own deed is on its way nobody asks, so that it is not told to him as another's.
  const isDeed = (event) => event.detail.requestConfig.verb !== "get";
  document.addEventListener("htmx:beforeRequest", (event) => { if (isDeed(event)) sending += 1; });
  document.addEventListener("htmx:afterRequest", (event) => {
    const leads = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (isDeed(event) && !leads) sending -= 1;
  });
  document.addEventListener("submit", (event) => { if (event.target.method === "post" && !event.target.hasAttribute("hx-post")) sending += 1; });

  document.addEventListener("visibilitychange", () => { if (document.hidden || ended) wait(); else ask(); });
  window.addEventListener("pageshow", (event) => { sending = 0; if (event.persisted) ask(); else wait(); });
}
