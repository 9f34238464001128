#!/usr/bin/env node
/* Finds and closes deals, and follows what happens: made to be copied.
   It needs Node 18 or newer, no packages, and a token of the scopes read and close.

   export CRM_API=https://crm.example/api/v1 CRM_TOKEN=…
   node deals.mjs list 'view=my-open&rating=hot'
   node deals.mjs close ID won '{"actual_revenue": "1200.00", "close_quotes": "lost"}'
   node deals.mjs follow position.txt
*/

import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const { CRM_API, CRM_TOKEN } = process.env;
const TRIES = 6;

/** `code` tells programs why, and never changes; the sentence is for people. */
class Refused extends Error {
  constructor(problem, answer) {
    super(`${problem.code}: ${problem.detail}`);
    this.code = problem.code;
    this.problem = problem;
    this.retryAfter = Number(answer?.headers.get("Retry-After"));
    this.passes =
      answer?.headers.has("Retry-After") || [502, 503, 504].includes(answer?.status);
  }
}

/** Headers and data of the answer. `path` is below the API's address, or a link that
    it gave. Sent again is what got no answer, what a proxy could not pass on, and what
    was answered with Retry-After: the API sends that with each refusal that passes by
    itself, and with no other. */
async function call(method, path, { seconds = 10, ...request } = {}) {
  const url = new URL(path, `${CRM_API}/`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const signal = AbortSignal.timeout(seconds * 1000);
      return await send(url, { method, signal, ...request });
    } catch (error) {
      const isFinal = error instanceof Refused && !error.passes;
      if (isFinal || attempt === TRIES) throw error;
      const pause = 2 ** attempt * (0.25 + Math.random() / 4);
      await sleep(1000 * (error.retryAfter || pause));
    }
  }
}

async function send(url, request) {
  const headers = {
    Authorization: `Bearer ${CRM_TOKEN}`,
    "Content-Type": "application/json",
    ...request.headers,
  };
  const answer = await fetch(url, { ...request, headers });
  const text = await answer.text();
  if (answer.ok) return { headers: answer.headers, data: text && JSON.parse(text) };
  const isOurs = answer.headers.get("Content-Type") === "application/problem+json";
  const other = { code: answer.status, detail: "The API did not answer." };
  throw new Refused(isOurs ? JSON.parse(text) : other, answer);
}

/** All pages of a list: what nobody changes meanwhile comes once. */
async function* findDeals(query) {
  for (let path = `opportunities/?${query}`; path; ) {
    const { results, next } = (await call("GET", path)).data;
    yield* results;
    path = next;
  }
}

/** Close it as "won" or "lost": once, however often this is tried.
    Returns the closing, throws Refused. */
async function closeDeal(deal, outcome, values) {
  const verb = `opportunities/${deal}/close-as-${outcome}/`;
  while (true) {
    try {
      const headers = {
        "If-Match": await checkDeal(deal, outcome, values),
        "Idempotency-Key": randomUUID(),
      };
      await call("POST", verb, { body: JSON.stringify(values), headers });
      return await closingOf(deal);
    } catch (error) {
      if (error.code === "opportunity_already_closed") {
        const closing = await closingOf(deal);
        // By us, before an interruption, or by a colleague.
        if (closing.outcome === outcome) return closing;
      }
      if (error.code !== "stale") throw error;
      // Someone changed the deal after our check: look at it again.
    }
  }
}

/** The version of the deal, if it can be closed so. */
async function checkDeal(deal, outcome, values) {
  const path = `opportunities/${deal}/close-check/?outcome=${outcome}`;
  const { headers, data } = await call("GET", path);
  for (const refusal of data.refusals) {
    const isAboutQuotes = refusal.code === "opportunity_has_open_quotes";
    if (isAboutQuotes && "close_quotes" in values) continue;
    throw new Refused({ ...refusal, blocking_quotes: data.blocking_quotes });
  }
  return headers.get("ETag");
}

/** The closing that counts; those of a deal that was reopened since are canceled. */
async function closingOf(deal) {
  const query = `opportunity=${deal}&activity_status=completed`;
  return (await call("GET", `opportunity-closes/?${query}`)).data.results[0];
}

/** Every event after the stored position, without end; where none is stored, from now.

    It is stored when the events before it were handled. Killed in between, you are
    given some again: know them by their `id`. */
async function* follow(file) {
  if (!existsSync(file)) {
    store(file, (await call("GET", "events/?after=latest")).data.position);
  }
  while (true) {
    const path = `events/?wait=30&after=${readFileSync(file, "utf8").trim()}`;
    const { results, position } = (await call("GET", path, { seconds: 60 })).data;
    yield* results;
    store(file, position);
    if (!results.length) await sleep(1000);
  }
}

/** Whole or not at all. */
function store(file, position) {
  writeFileSync(`${file}.new`, `${position}\n`);
  renameSync(`${file}.new`, file);
}

async function main(command, ...words) {
  if (command === "list") {
    for await (const deal of findDeals(words[0])) console.log(JSON.stringify(deal));
  } else if (command === "close") {
    const [deal, outcome, values = "{}"] = words;
    console.log(JSON.stringify(await closeDeal(deal, outcome, JSON.parse(values))));
  } else if (command === "follow") {
    for await (const event of follow(words[0])) console.log(JSON.stringify(event));
  } else {
    throw new Error("node deals.mjs list|close|follow …");
  }
}

main(...process.argv.slice(2)).catch((error) => {
  const quotes = (error.problem?.blocking_quotes ?? []).map(({ number }) => number);
  console.error([error.message, ...quotes].join(" "));
  process.exitCode = 1;
});
