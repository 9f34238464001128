#!/usr/bin/env node
/* Receives webhooks: made to be copied.
   It needs Node 18 or newer and no packages.

   export WEBHOOK_SECRET=whsec_… PORT=8080
   node webhook_receiver.mjs
*/

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

const { WEBHOOK_SECRET, PORT } = process.env;
const MAX_AGE = 300; // seconds: an old message may be one that somebody kept
// Kept where what you make of the events is kept, and written in the same transaction.
const handled = new Set();

/** Did whoever has the secret sign this body, as it came, just now? After a change of
    the secret there are two signatures. */
function isGenuine(headers, body) {
  const id = headers["webhook-id"];
  const sentAt = headers["webhook-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - sentAt) < MAX_AGE)) return false;
  const key = Buffer.from(WEBHOOK_SECRET.replace("whsec_", ""), "base64");
  const signed = createHmac("sha256", key).update(`${id}.${sentAt}.`).update(body);
  const expected = signed.digest();
  return (headers["webhook-signature"] ?? "").split(" ").some((signature) => {
    const [version, digest = ""] = signature.split(",");
    const given = Buffer.from(digest, "base64");
    if (version !== "v1" || given.length !== expected.length) return false;
    return timingSafeEqual(given, expected);
  });
}

/** Any 2xx says that it was handled: do so first, within eight seconds. */
async function receive(request, response) {
  const body = await buffer(request);
  if (!isGenuine(request.headers, body)) {
    response.writeHead(400).end();
    return;
  }
  const event = JSON.parse(body);
  if (!handled.has(event.id)) {
    console.log(JSON.stringify(event));
    handled.add(event.id);
  }
  response.writeHead(204).end();
}

const server = createServer(receive);
server.listen(PORT, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
