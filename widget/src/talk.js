// One visitor's conversation: what was said, what waits to be sent, and the line to the server. It knows no element; it
// tells `hear` what changed. Nothing is lost by a reload, a sleeping laptop or a tunnel, and nothing is sent twice: what
// the visitor writes is put into storage first, with a key, and every attempt to send it carries that key.

const BACKOFF = [1, 2, 4, 8, 15, 30];
const STALE = 70_000; // the server sends at least a heartbeat in half this time

const pause = (seconds, signal) =>
  new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });

// Spread out, so that a restarted server is not met by every visitor in the same second.
const backoff = (failures) => BACKOFF[Math.min(failures, BACKOFF.length - 1)] * (0.8 + Math.random() * 0.4);

const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const same = (one, other) => one.replace(/\s+/g, " ").trim() === other.replace(/\s+/g, " ").trim();

export class Talk {
  constructor(api, memory, hear) {
    this.api = api;
    this.memory = memory;
    this.hear = hear;
    this.tab = newKey();
    this.staged = false; // the element says whether answers are let in one after another
    this.wanted = false; // and whether the panel is open: nothing is begun behind a visitor's back
    this.blank();
    this.unwatch = memory.watch((name) => this.stored(name));
  }

  blank() {
    this.entries = [];
    this.known = new Map();
    this.cursor = "";
    this.state = { state: "bot", staff: null };
    this.stage = Promise.resolve();
    this.inFlight = null;
    this.credentials = this.memory.get("talk");
  }

  get path() {
    return "/api/conversations/" + encodeURIComponent(this.credentials.id);
  }

  get exists() {
    return Boolean(this.memory.get("talk"));
  }

  get last() {
    return this.entries.findLast((entry) => entry.author !== "visitor");
  }

  get queue() {
    return this.memory.get("queue") ?? [];
  }

  // Only one tab at a time makes a conversation or sends. Where there are no locks (plain http) the keys still protect.
  locked(name, work) {
    return navigator.locks ? navigator.locks.request(this.memory.prefix + name, work) : work();
  }

  // Takes up the conversation of this site or, `opening`, begins one. Throws a Problem where neither can be done.
  async start({ opening }) {
    if (this.starting) await this.starting.catch(() => {});
    this.starting = this.locked("start", () => this.resume(opening)).finally(() => (this.starting = null));
    return this.starting;
  }

  async resume(opening) {
    if (this.credentials && this.line) return;
    this.credentials = this.memory.get("talk");
    if (this.credentials) {
      try {
        await this.sync();
        this.listen();
        this.drain();
        return;
      } catch (problem) {
        if (!problem.gone) throw problem;
        this.forget();
        this.hear("ended");
      }
    }
    if (!opening) return;
    const page = location.origin + location.pathname; // a query may hold what is none of our business
    const open = () => this.api.call("POST", "/api/conversations", { body: { page }, timeout: 12_000 });
    // A server that just restarts deserves a second try before the visitor is sent to a form.
    const made = await open().catch(async (problem) => {
      if (!navigator.onLine || (problem.status && problem.status < 500)) throw problem;
      await new Promise((done) => setTimeout(done, 1200));
      return open();
    });
    this.credentials = { id: made.id, token: made.token };
    this.memory.set("talk", this.credentials);
    this.take(made.messages, "listing");
    this.listen();
    this.drain();
  }

  // Reads what was said since the last look: after a gap, or when another tab said something.
  async sync() {
    const credentials = this.credentials;
    const after = this.cursor && "?after=" + encodeURIComponent(this.cursor);
    const answer = await this.api.call("GET", this.path + "/messages" + after, { token: credentials.token });
    if (credentials !== this.credentials) return;
    this.take(answer.messages, "listing");
    if (answer.state) this.turn(answer);
    this.mirror();
  }

  // `from` says how it came. A "listing" has no gaps and gives the order; the "line" (events) has no gaps either; both
  // move the cursor. The answer to a "post" does not: it may overtake what staff wrote meanwhile.
  take(messages, from) {
    const listing = from === "listing";
    const end = () => this.entries.length;
    let place = this.cursor ? this.entries.indexOf(this.known.get(this.cursor)) + 1 || end() : 0;
    for (const message of messages) {
      if (from !== "post") this.cursor = message.id;
      let entry = this.known.get(message.id) ?? (message.author === "visitor" && this.claim(message));
      if (!entry && !listing && message.author === "bot") this.reveal(message);
      else entry ||= this.add({ ...message, live: !listing }, listing ? place : end());
      place = this.entries.indexOf(entry) + 1 || place;
    }
  }

  // Lets several answers in one after another, as a person would write them.
  reveal(message) {
    const generation = this.known;
    const entry = { ...message, live: true };
    generation.set(message.id, entry);
    this.waitingToShow = (this.waitingToShow ?? 0) + 1;
    const first = this.waitingToShow === 1;
    this.stage = this.stage.then(async () => {
      if (!first && this.staged)
        await new Promise((done) => setTimeout(done, Math.min(1100, 350 + message.text.length * 4)));
      this.waitingToShow -= 1;
      if (generation === this.known) this.add(entry, this.entries.length);
      this.typing();
    });
    this.typing();
  }

  add(entry, place) {
    this.entries.splice(place, 0, entry);
    if (entry.id) this.known.set(entry.id, entry);
    this.hear("entry", entry);
    return entry;
  }

  // The server's record of a message that this page shows already because it was written here.
  claim(message) {
    const mine = this.entries.find(
      (entry) =>
        entry.author === "visitor" &&
        !entry.id &&
        (message.key
          ? entry.key === message.key
          : same(entry.text, message.text) && (!entry.after || this.known.has(entry.after))),
    );
    if (mine) {
      mine.id = message.id;
      this.known.set(message.id, mine);
    }
    return mine;
  }

  // Takes what the visitor wrote or chose. It is in storage before anything is tried.
  say({ text, choice }) {
    const item = {
      key: newKey(),
      text,
      body: choice ? { choice } : { text },
      after: this.cursor,
      at: new Date().toISOString(),
      talk: this.credentials?.id,
    };
    this.memory.set("queue", [...this.queue, item]);
    this.mirror();
    this.drain();
  }

  // Makes the shown messages agree with the queue, which any tab may have changed.
  mirror() {
    const queue = this.queue;
    for (const item of queue) {
      let entry = this.entries.find((one) => one.key === item.key);
      if (!entry) {
        // After a reload the server may list it already, while its answer never arrived here.
        const after = this.entries.indexOf(this.known.get(item.after));
        entry = this.entries.find(
          (one, at) => at > after && one.author === "visitor" && !one.key && same(one.text, item.text),
        );
        if (entry) Object.assign(entry, { key: item.key, status: "sending" });
        else {
          const { key, text, at, after } = item;
          entry = this.add({ key, text, at, after, author: "visitor", status: "sending" }, this.entries.length);
        }
      }
      if (item.problem) this.mark(entry, "failed", { problem: item.problem });
      else if (entry.status === "failed") this.mark(entry, "sending");
    }
    const waiting = new Set(queue.map((item) => item.key));
    for (const entry of this.entries) if (entry.status && !waiting.has(entry.key)) this.mark(entry, null);
  }

  mark(entry, status, more) {
    Object.assign(entry, { status, problem: null, until: null }, more);
    this.hear("entry", entry);
  }

  change(key, change) {
    this.memory.set(
      "queue",
      this.queue.flatMap((item) => (item.key === key ? (change ? { ...item, ...change } : []) : item)),
    );
  }

  retry(key) {
    this.change(key, { problem: null });
    this.mirror();
    this.drain();
  }

  // Takes a message back that was not accepted: it is written again, or has reached the clinic another way.
  discard(key) {
    this.change(key, null);
    const entry = this.entries.find((one) => one.key === key);
    this.entries = this.entries.filter((one) => one !== entry);
    this.hear("gone", entry);
  }

  // Sends what waits, in order, until nothing waits.
  async drain() {
    if (this.draining || !this.credentials) return;
    this.draining = true;
    try {
      for (let failures = 0, item; (item = this.next());) {
        const wait = await this.locked("send", () => this.attempt(item, failures));
        failures = wait ? failures + 1 : 0;
        if (wait) {
          this.nudge = new AbortController();
          await pause(wait, this.nudge.signal);
        }
      }
    } finally {
      this.draining = false;
    }
  }

  next() {
    return this.credentials && this.queue.find((item) => !item.problem);
  }

  // Gives the seconds to wait before the next attempt; 0 when this message is done with, one way or the other.
  async attempt({ key, body }, failures) {
    if (!this.queue.some((item) => item.key === key)) return this.catchUp(); // another tab has sent it
    const entry = this.entries.find((one) => one.key === key);
    const { credentials } = this;
    if (entry?.status !== "sending") this.mark(entry, "sending");
    this.inFlight = key;
    this.typing();
    try {
      const answer = await this.api.call("POST", this.path + "/messages", {
        token: credentials.token,
        key,
        body,
        timeout: 45_000,
      });
      if (credentials !== this.credentials) return 0;
      this.reached(true);
      this.change(key, null);
      this.mark(entry, null);
      this.take(answer.messages, "post");
      if (answer.state) this.turn(answer);
      return 0;
    } catch (problem) {
      if (credentials !== this.credentials) return 0;
      return this.refused(problem, entry, failures);
    } finally {
      this.inFlight = null;
      this.typing();
    }
  }

  refused(problem, entry, failures) {
    const { status, detail, retryAfter } = problem;
    if (status === 0 || status === 502 || status === 504) {
      if (failures || !navigator.onLine) this.reached(false);
      this.mark(entry, "waiting");
      return backoff(failures);
    }
    this.reached(true);
    if (problem.gone) {
      this.renew();
      return 0;
    }
    if ((status === 429 || status === 409 || (status === 503 && failures < 3)) && (retryAfter || status === 429)) {
      const wait = retryAfter ?? 10;
      this.mark(entry, status === 409 ? "sending" : "limited", {
        until: Date.now() + wait * 1000,
        problem: status === 503 ? { status, detail } : null,
      });
      return wait;
    }
    this.change(entry.key, { problem: { status, detail } });
    this.mark(entry, "failed", { problem: { status, detail } });
    return 0;
  }

  async catchUp() {
    await this.sync().catch(() => {});
    return 0;
  }

  // The server knows this conversation no more (cleared elsewhere, or its time was up): begin again, keep the words.
  async renew() {
    const words = this.queue.map((item) => item.text).join("\n");
    this.forget();
    this.hear("ended", words);
    await this.start({ opening: this.wanted }).catch((problem) => this.hear("down", problem));
  }

  forget() {
    this.silence();
    this.memory.set("talk", null);
    this.memory.set("queue", null);
    this.memory.set("seen", null);
    this.blank();
    this.hear("reset");
  }

  // Erases the conversation, at the clinic first.
  async clear() {
    if (this.credentials) {
      try {
        await this.api.call("DELETE", this.path, { token: this.credentials.token });
      } catch (problem) {
        if (!problem.gone) throw problem;
      }
    }
    this.forget();
  }

  feedback(id, helpful) {
    return this.api.call("POST", this.path + "/messages/" + encodeURIComponent(id) + "/feedback", {
      token: this.credentials.token,
      body: { helpful },
    });
  }

  // Another tab changed something.
  stored(name) {
    if (name === "seen") this.hear("seen");
    if (name === "tab" && document.hidden) this.silence();
    if (name === "talk" && this.memory.get("talk")?.id !== this.credentials?.id) {
      this.silence();
      this.blank();
      this.hear("reset");
      if (this.credentials) this.start({ opening: false }).catch(() => {});
    }
    if (name === "queue" && this.credentials) {
      this.mirror();
      this.catchUp();
    }
  }

  // Browsers allow few connections to one server: a hidden tab keeps its line only if it was the last one looked at.
  mayListen() {
    if (!document.hidden) this.memory.set("tab", this.tab);
    return !document.hidden || this.memory.get("tab") === this.tab;
  }

  async listen() {
    if (this.line || !this.credentials || !this.mayListen()) return;
    const line = (this.line = new AbortController());
    const { credentials } = this;
    const touched = () => ((line.heard = Date.now()), this.reached(true));
    line.heard = Date.now();
    // A connection that died in a laptop's sleep ends without a word; nobody would ever know.
    line.watch = setInterval(() => Date.now() - line.heard > STALE && this.wake(), STALE / 4);
    for (let failures = 0; !line.signal.aborted; failures++) {
      try {
        if (failures) await this.sync();
        const after = this.cursor && "?after=" + encodeURIComponent(this.cursor);
        const heard = this.api.events(this.path + "/events" + after, {
          token: credentials.token,
          signal: line.signal,
          touched,
        });
        for await (const { event, data } of heard) {
          failures = 0;
          if (line.signal.aborted) return;
          if (event === "state") this.turn(data);
          if (event === "message") this.take([data], "line");
        }
      } catch (problem) {
        if (line.signal.aborted) return;
        if (problem.gone) return this.renew();
        if (problem.status === 422) this.cursor = ""; // a message that is no more: read all
        if (!problem.status && (failures || !navigator.onLine)) this.reached(false);
        if (problem.retryAfter) await pause(problem.retryAfter, line.signal);
      }
      await pause(backoff(failures), line.signal);
    }
  }

  silence() {
    this.line?.abort();
    clearInterval(this.line?.watch);
    this.line = null;
  }

  turn({ state, staff = null }) {
    if (this.state.state === state && this.state.staff === staff) return;
    this.state = { state, staff };
    this.hear("state");
    this.typing();
  }

  typing() {
    this.hear("typing", this.waitingToShow > 0 || (this.inFlight && this.state.state === "bot"));
  }

  reached(yes) {
    const network = !navigator.onLine ? "offline" : yes ? "ok" : "unreachable";
    if (network !== this.network) this.hear("network", (this.network = network));
  }

  // The page is looked at again, the network is back, the laptop was opened.
  wake() {
    this.nudge?.abort();
    if (!this.credentials) return;
    if (this.line && (document.hidden ? !this.mayListen() : Date.now() - this.line.heard > STALE)) this.silence();
    if (!this.line && this.mayListen()) {
      this.catchUp();
      this.listen();
    }
    this.drain();
  }

  close() {
    this.silence();
    this.nudge?.abort();
    this.unwatch();
  }
}
