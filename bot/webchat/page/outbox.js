// What the person did, on its way: kept until the service has it, sent again with the same id, in
// order. A second arrival of the same id changes nothing there.

const waits = [500, 1000, 2000, 4000, 8000, 15_000];

export class Outbox {
  #queue = [];
  #busy = false;
  #timer = 0;

  /** hints(): what each update says of the browser. */
  constructor(hints) {
    this.hints = hints;
  }

  /** Sends an update. done(answer), waiting() and failed(problem) say what became of it. */
  post(update, { done, waiting, failed }) {
    const item = { update: { ...this.hints(), ...update, id: newId() }, at: Date.now(), tries: 0, done, waiting, failed };
    this.#queue.push(item);
    this.#next();
    return item.update.id;
  }

  /** Tries again at once, for example when the connection is back. */
  retry() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#next();
  }

  async #next() {
    if (this.#busy || this.#timer || !this.#queue.length) return;
    this.#busy = true;
    const item = this.#queue[0];
    const { answer, problem, again } = await send("/chat/updates", { ...item.update, age_ms: Date.now() - item.at });
    this.#busy = false;
    if (again) {
      item.waiting?.(problem);
      const wait = Math.max(again, waits[Math.min(item.tries++, waits.length - 1)]);
      this.#timer = setTimeout(() => this.retry(), wait);
      return;
    }
    this.#queue.shift();
    if (problem) item.failed?.(problem);
    else item.done?.(answer);
    this.#next();
  }
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

/** Posts JSON. again (milliseconds) says that the same may work later. */
export async function send(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    return { again: 500 }; // no answer: it may have arrived, and the id makes the resend harmless
  }
  let content = {};
  try {
    content = await answer.json();
  } catch {
    // not our service's answer: treated by its status alone
  }
  if (answer.ok) return { answer: content };
  const problem = { status: answer.status, ...(content.error ?? { code: "unknown", message: "" }) };
  if (answer.status === 429 || answer.status >= 500) {
    return { problem, again: 1000 * (Number(answer.headers.get("Retry-After")) || 1) };
  }
  return { problem };
}
