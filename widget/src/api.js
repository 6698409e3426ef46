// The public API of contract.md and nothing else. No cookies are sent or taken.

// A refusal by the server; `status` 0 means that it was not reached at all.
export class Problem extends Error {
  constructor(status, detail = "", retryAfter = null, errors = null) {
    super(detail || "HTTP " + status);
    Object.assign(this, { status, detail, retryAfter, errors });
  }

  get gone() {
    return this.status === 401 || this.status === 404 || this.status === 410;
  }
}

export class Api {
  constructor(base) {
    this.base = base;
  }

  async request(method, path, { token, body, key, signal, accept = "application/json" } = {}) {
    const headers = { Accept: accept };
    if (token) headers.Authorization = "Bearer " + token;
    if (body) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers,
        signal,
        body: body && JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "strict-origin-when-cross-origin",
      });
    } catch {
      throw new Problem(0);
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  async call(method, path, options = {}) {
    const response = await this.request(method, path, {
      ...options,
      signal: AbortSignal.timeout?.(options.timeout ?? 20_000),
    });
    if (response.status === 204) return null;
    try {
      return await response.json();
    } catch {
      throw new Problem(0); // cut off in the middle
    }
  }

  // Server-sent events as {id, event, data}; fetch instead of EventSource, which cannot send a token in a header.
  async *events(path, { token, signal, touched }) {
    const response = await this.request("GET", path, { token, signal, accept: "text/event-stream" });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      touched();
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const event = { event: "message", data: "" };
        for (const line of block.split(/\r?\n/)) {
          const [, field, text] = /^(\w+): ?(.*)$/.exec(line) ?? [];
          if (field === "data") event.data += text;
          else if (field) event[field] = text;
        }
        if (event.data) yield { ...event, data: JSON.parse(event.data) };
      }
    }
  }
}

async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  const wait = response.headers.get("Retry-After");
  const seconds =
    wait && (/^\d+$/.test(wait) ? Number(wait) : Math.max(0, Math.ceil((Date.parse(wait) - Date.now()) / 1000)));
  const detail = typeof problem.detail === "string" ? problem.detail : problem.title;
  return new Problem(response.status, detail, seconds || (wait === "0" ? 1 : null), problem.errors);
}
