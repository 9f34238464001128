// A verb on many rows, sent in steps that show how far it is. Without this file up to 1,000 go in one request.
// Works with app.js.
"use strict";

(() => {
  // What was chosen is dealt with: the list begins afresh.
  if (document.querySelector("[data-selection-done]")) sessionStorage.removeItem("selection");

  const form = document.querySelector("form[data-bulk]");
  if (!form) return;
  const box = form.querySelector("[data-progress]");
  const find = (name) => box.querySelector(`[data-${name}]`);
  const bar = box.querySelector("progress");
  const value = (name) => form.elements[name].value;
  const ids = value("bulk-ids").split(",");
  const done = value("bulk-done").split(",").filter(Boolean);
  const cells = new Map([...document.querySelectorAll("[data-row]")].map((cell) => [cell.dataset.row, cell]));
  let sent = 0, stopped = false;

  const stay = (event) => event.preventDefault();

  function say() {
    bar.value = sent;
    const [now, total] = [sent, ids.length].map((number) => number.toLocaleString(document.documentElement.lang));
    find("said-now").textContent = box.dataset.said.replace("{done}", now).replace("{total}", total);
  }

  function tell({ id, fate, label, detail }) {
    if (fate === "done") done.push(id);
    const cell = cells.get(id);
    if (!cell) return;
    const badge = cell.querySelector(".badge");
    badge.className = `badge badge--${fate}`;
    badge.textContent = label;
    cell.querySelector(".bulk-why").textContent = detail;
  }

  // The pages that follow are the server's: the result, or the form where it is wrong for all.

  function lead(step) {
    window.removeEventListener("beforeunload", stay);
    form.elements["bulk-done"].value = done.join(",");
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "bulk-step", value: step });
    form.append(field);
    renewToken(form);
    form.submit();
  }

  async function send(chunk) {
    renewToken(form);
    const body = new FormData(form);
    body.set("bulk-step", "chunk");
    body.set("bulk-ids", chunk.join(","));
    body.set("bulk-done", "");
    const answer = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.status === 400) return null;
    if (answer.status === 401 || answer.redirected) throw new Error(box.dataset.signedOut);
    if (!answer.ok) throw new Error(box.dataset.failed);
    return (await answer.json()).results;
  }

  async function run() {
    find("again").hidden = find("failure").hidden = true;
    find("stop").hidden = false;
    while (sent < ids.length && !stopped) {
      const chunk = ids.slice(sent, sent + Number(form.dataset.chunk));
      let results;
      try { results = await send(chunk); } catch (error) { fail(error instanceof TypeError ? box.dataset.failed : error.message); return; }
      if (results === null) { lead("preview"); return; }
      results.forEach(tell);
      sent += chunk.length;
      say();
    }
    lead("result");
  }

  // A step whose answer was lost is sent once more: what it did is then told as done already.

  // What fetch itself throws, where nothing was reached, is a TypeError.
  function fail(text) {
    find("failure").textContent = text;
    find("failure").hidden = find("again").hidden = false;
    find("again").focus();
  }

  form.addEventListener("submit", (event) => {
    if (!event.submitter || event.submitter.value !== "run") return;
    event.preventDefault();
    for (const part of document.querySelectorAll("[data-before-run]")) part.hidden = true;
    box.hidden = false;
    window.addEventListener("beforeunload", stay);
    say();
    find("stop").focus();
    run();
  });

  find("again").addEventListener("click", run);
  find("stop").addEventListener("click", () => {
    stopped = true;
    if (!find("again").hidden) lead("result");
  });
})();
