// The stream of events: one connection that comes back by itself and says how it is.

const silence = 45_000; // the server says something at least every 15 s

export class Stream {
  #source = null;
  #last = 0;
  #timer = 0;
  #handlers;

  /** handlers: message, ready, reset, toast, state(name), refused(status) */
  constructor(handlers) {
    this.#handlers = handlers;
  }

  open() {
    this.close();
    this.#handlers.state("connecting");
    const source = new EventSource(`/chat/events?after=${this.#last}`);
    this.#source = source;
    this.#listen();
    source.addEventListener("open", () => this.#heard());
    source.addEventListener("alive", () => this.#heard());
    source.addEventListener("message", (e) => {
      this.#heard();
      this.#last = Number(e.lastEventId);
      this.#handlers.message(JSON.parse(e.data));
    });
    source.addEventListener("ready", () => {
      this.#heard();
      this.#handlers.state("live");
      this.#handlers.ready(this.#last);
    });
    source.addEventListener("reset", () => {
      this.#heard();
      this.#last = 0;
      this.#handlers.reset();
    });
    source.addEventListener("toast", (e) => {
      this.#heard();
      this.#handlers.toast(JSON.parse(e.data));
    });
    source.addEventListener("elsewhere", () => {
      this.close();
      this.#handlers.state("elsewhere");
    });
    source.addEventListener("error", () => {
      if (source !== this.#source) return;
      this.#handlers.state("lost");
      // A browser gives up after an answer that is no stream, such as "too many" or "restarting".
      if (source.readyState === EventSource.CLOSED) this.#again();
    });
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  get last() {
    return this.#last;
  }

  #heard() {
    this.#listen();
  }

  #listen() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#handlers.state("lost");
      this.open();
    }, silence);
  }

  #again() {
    this.close();
    this.#timer = setTimeout(() => this.#handlers.refused(), 2000 + Math.random() * 2000);
  }
}
