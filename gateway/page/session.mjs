// A session of the native protocol: asks, listens, and comes back when it is cut off.

const ANSWER_TIMEOUT_MS = 10_000;
const RECONNECT_MIN_MS = 250;
const RECONNECT_MAX_MS = 4_000;

export class Session {
  #socket = null;
  #asked = new Map();
  #numbered = 0;
  #listeners = new Map();
  #pause_ms = RECONNECT_MIN_MS;

  /// `greeted(hello)` runs after each connection, `gone(reason)` after each end.
  constructor({ greeted, gone }) {
    this.greeted = greeted;
    this.gone = gone;
  }

  /// Has messages of a type brought to `listener`.
  on(type, listener) {
    const listeners = this.#listeners.get(type) ?? [];
    listeners.push(listener);
    this.#listeners.set(type, listeners);
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/v1/ws`);
    this.#socket = socket;
    socket.onopen = async () => {
      try {
        const hello = await this.ask({ op: "hello", protocol: 1, client: "rialto page" });
        this.#pause_ms = RECONNECT_MIN_MS;
        await this.greeted(hello);
      } catch (error) {
        console.warn("no session:", error.message);
        socket.close();
      }
    };
    socket.onmessage = (event) => this.#take(JSON.parse(event.data));
    socket.onclose = (event) => {
      for (const { reject } of this.#asked.values()) reject(new Error("the connection is gone"));
      this.#asked.clear();
      this.gone(event.reason);
      setTimeout(() => this.connect(), this.#pause_ms);
      this.#pause_ms = Math.min(this.#pause_ms * 2, RECONNECT_MAX_MS);
    };
  }

  /// Asks, and gives the answer. A refusal is an answer too; `error` messages reject.
  ask(request) {
    const id = ++this.#numbered;
    return new Promise((resolve, reject) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) {
        reject(new Error("not connected"));
        return;
      }
      const timer = setTimeout(() => {
        this.#asked.delete(id);
        reject(new Error("no answer in time"));
      }, ANSWER_TIMEOUT_MS);
      this.#asked.set(id, {
        parts: [],
        resolve: (answer) => (clearTimeout(timer), resolve(answer)),
        reject: (error) => (clearTimeout(timer), reject(error)),
      });
      this.#socket.send(JSON.stringify({ ...request, id }));
    });
  }

  #take(message) {
    const asked = message.request === undefined ? undefined : this.#asked.get(message.request);
    if (asked) this.#answer(asked, message);
    for (const listener of this.#listeners.get(message.type) ?? []) listener(message);
  }

  #answer(asked, message) {
    if (message.type === "error") {
      this.#asked.delete(message.request);
      asked.reject(new Error(message.text));
      return;
    }
    // A long list comes in several messages.
    if (message.type === "open_orders") {
      asked.parts.push(...message.orders);
      if (message.has_more) return;
      message = { ...message, orders: asked.parts };
    }
    this.#asked.delete(message.request);
    asked.resolve(message);
  }
}
