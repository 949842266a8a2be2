// Send a mass reply from Node 18 or newer. Nothing is installed: its own fetch is enough.
//
//   MASS_REPLY_URL=http://127.0.0.1:8000 MASS_REPLY_KEY=mr_… node integrator.mjs outage "Hi, payments work again." 2
//
// The first word is a tag, the second the message, the third how many people you mean to write to. Any other number of
// recipients is not confirmed, and nothing is sent.

import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const { MASS_REPLY_URL: url, MASS_REPLY_KEY: key } = process.env;
const [tag, text, expected] = process.argv.slice(2);

async function call(method, path, { body, headers } = {}) {
  const request = {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...headers },
    body: body && JSON.stringify(body),
  };
  for (const seconds of [1, 2, 4, null]) {
    let answer;
    try {
      answer = await fetch(url + path, { ...request, signal: AbortSignal.timeout(30_000) });
    } catch (error) {
      // Nobody knows whether the request arrived. Creating with the same Idempotency-Key is safe to repeat, and so is
      // confirming the same number.
      if (seconds === null) throw error;
      await pause(seconds * 1000);
      continue;
    }
    if (answer.ok || answer.status === 304) {
      return { answer, body: answer.status === 304 ? null : await answer.json() };
    }
    if (![429, 503].includes(answer.status) || seconds === null) throw new Error((await answer.json()).detail);
    await pause(Number(answer.headers.get("Retry-After") ?? seconds) * 1000);
  }
}

async function wait(id, ...statuses) {
  let etag, batch;
  for (;;) {
    const { answer, body } = await call("GET", `/mass-replies/${id}`, { headers: etag && { "If-None-Match": etag } });
    etag = answer.headers.get("ETag");
    batch = body ?? batch;
    if (!statuses.includes(batch.status)) return batch;
    await pause(Number(answer.headers.get("Retry-After") ?? 2) * 1000);
  }
}

async function* results(id) {
  for (let cursor = ""; cursor !== null; ) {
    const query = new URLSearchParams(cursor ? { limit: 500, cursor } : { limit: 500 });
    const { body } = await call("GET", `/mass-replies/${id}/deliveries?${query}`);
    yield* body.items;
    cursor = body.next_cursor;
  }
}

const created = await call("POST", "/mass-replies", {
  body: { selection: { filter: { tags: { any: [tag] } } }, message: { text } },
  headers: { "Idempotency-Key": randomUUID() },
});
let batch = await wait(created.body.id, "preparing");
console.error(`${batch.recipient_count} of ${batch.selected_count} would get it`);
if (batch.recipient_count !== Number(expected)) {
  await call("POST", `/mass-replies/${batch.id}/cancel`);
  console.error(`Not the ${expected} that were meant: nothing was sent.`);
  process.exit(4);
}
await call("POST", `/mass-replies/${batch.id}/confirm`, { body: { recipient_count: batch.recipient_count } });
batch = await wait(batch.id, "sending", "scheduled");
for await (const { external_id, status, reason } of results(batch.id)) {
  console.log([external_id, status, reason?.detail ?? ""].join("\t"));
}
process.exit(batch.status === "completed" ? 0 : 1);
