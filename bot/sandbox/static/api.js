// The page's Zulip client: requests as the chosen person, and the loop that follows their event queue.

const EVENTS = ["message", "update_message", "delete_message", "reaction", "realm_user", "stream", "subscription"];

export class ApiError extends Error {
  constructor(message, code, status, wait) {
    super(message);
    this.code = code;
    this.status = status;
    this.wait = wait;
  }
}

const utf8 = (text) => String.fromCharCode(...new TextEncoder().encode(text));

/** Sends a form as `fetch` does; but `fetch` does not tell how far it is. */
function sent(form, auth, progress, signal) {
  return new Promise((done, fail) => {
    const ask = new XMLHttpRequest();
    ask.open("POST", "/api/v1/user_uploads");
    ask.setRequestHeader("Authorization", auth);
    ask.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    ask.onload = () => done(new Response(ask.response, { status: ask.status }));
    ask.onerror = () => fail(new ApiError("The upload broke off. Please try again.", "", 0));
    ask.onabort = () => fail(new DOMException("given up", "AbortError"));
    signal.addEventListener("abort", () => ask.abort());
    ask.send(form);
  });
}

export class Api {
  constructor(me) {
    this.auth = `Basic ${btoa(utf8(`${me.email}:${me.api_key}`))}`;
    this.files = new Map();
  }

  async ask(method, path, params = {}, signal = undefined) {
    const body = new URLSearchParams();
    for (const [key, value] of Object.entries(params)) {
      body.set(key, typeof value === "string" ? value : JSON.stringify(value));
    }
    const query = method === "GET" && body.size ? `?${body}` : "";
    const answer = await fetch(`/api/v1/${path}${query}`, {
      method, signal, headers: { Authorization: this.auth }, body: method === "GET" ? undefined : body,
    });
    return this.#read(answer);
  }

  async #read(answer) {
    let json;
    try {
      json = await answer.json();
    } catch {
      throw new ApiError(`The chat answered ${answer.status}. Please try again.`, "", answer.status);
    }
    if (json.result === "success") return json;
    throw new ApiError(json.msg || `The chat answered ${answer.status}.`, json.code, answer.status, json["retry-after"]);
  }

  /** Uploads one file; `progress` hears how much is done (0 to 1). Gives its path, to be linked in a message. */
  async upload(file, progress, signal) {
    const form = new FormData();
    form.append("filename", file, file.name || "pasted.png");
    const answer = await sent(form, this.auth, progress, signal);
    const json = await this.#read(answer);
    return json.url ?? json.uri;
  }

  /** An address of an uploaded file that works for a minute without a key, so that a player fetches what it needs. */
  async lent(path) {
    const answer = await fetch(`/api/v1${path}`, { headers: { Authorization: this.auth } });
    if (!answer.ok) throw new ApiError("This file cannot be shown.", "", answer.status);
    return (await answer.json()).url;
  }

  /** An uploaded file as an address that a picture or a link can use. */
  file(path) {
    if (!this.files.has(path)) {
      const loading = fetch(path, { headers: { Authorization: this.auth } }).then(async (answer) => {
        if (!answer.ok) throw new ApiError("This file cannot be shown.", "", answer.status);
        return URL.createObjectURL(await answer.blob());
      });
      loading.catch(() => this.files.delete(path));
      this.files.set(path, loading);
    }
    return this.files.get(path);
  }
}

export const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((done) => {
    document.addEventListener("visibilitychange", function seen() {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", seen);
      done();
    });
  });
}

async function poll(api, queue, last, block) {
  const stop = new AbortController();
  const hide = () => { if (document.hidden) stop.abort(); };
  document.addEventListener("visibilitychange", hide);
  try {
    return (await api.ask("GET", "events", { queue_id: queue, last_event_id: last, dont_block: !block }, stop.signal)).events;
  } catch (error) {
    if (error.name === "AbortError") return [];
    throw error;
  } finally {
    document.removeEventListener("visibilitychange", hide);
  }
}

/**
 * Follows what happens, for ever. `on.start` is called (and awaited) whenever a new queue stands: read everything then.
 * A hidden page rests, so that several open ones do not use up the browser's connections.
 */
export async function follow(api, on) {
  let queue = null;
  let last = -1;
  let failures = 0;
  for (;;) {
    await visible();
    try {
      if (queue === null) {
        const made = await api.ask("POST", "register", {
          event_types: EVENTS, fetch_event_types: ["subscription", "realm_user"], apply_markdown: true, client_gravatar: true,
          client_capabilities: { notification_settings_null: true, bulk_message_deletion: true },
        });
        await on.start(made);
        [queue, last] = [made.queue_id, made.last_event_id];
      }
      // After a failure an answer at once, so that the reader learns that the chat is there again.
      const events = await poll(api, queue, last, failures === 0);
      failures = 0;
      on.state(true);
      for (const event of events) {
        last = Math.max(last, event.id);
        if (event.type !== "heartbeat") on.event(event);
      }
    } catch (error) {
      if (error.code === "BAD_EVENT_QUEUE_ID") {
        queue = null;
        continue;
      }
      failures += 1;
      if (failures > 1) on.state(false, error);
      await pause(error.wait ? error.wait * 1000 : Math.min(4000, 250 * 2 ** failures));
    }
  }
}
