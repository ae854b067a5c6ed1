// The right pane: the server draws it, this keeps it fresh without disturbing what one is reading or watching.

import { $, bump, narrowScreen, show } from "./common.js";

/** A film that this browser cannot decode is offered to be saved instead. */
function broken({ target }) {
  if (target.localName !== "video" || !target.error || target.error.code === MediaError.MEDIA_ERR_ABORTED) return;
  target.hidden = true;
  target.nextElementSibling.hidden = false;
}

export class Timelines {
  constructor(on) {
    this.on = on;
    this.box = $("timelines");
    this.pending = null;
    this.box.addEventListener("click", (event) => this.#click(event));
    this.box.addEventListener("error", broken, true);
    for (const target of this.box.querySelectorAll("video")) broken({ target });  // it may have failed before we came
    this.#wire();
  }

  #wire() {
    for (const panel of this.box.querySelectorAll(".panel")) {
      const threads = panel.querySelectorAll(".thread").length;
      panel.querySelector(".panel-all")?.remove();
      if (threads <= 3) continue;
      const all = Object.assign(document.createElement("button"), { type: "button", className: "panel-all", textContent: `Show all ${threads}` });
      all.dataset.only = panel.dataset.service;
      panel.append(all);
    }
  }

  #click(event) {
    const only = event.target.closest("button[data-only]");
    if (only) this.only(only.dataset.only);
  }

  /** Shows one platform's timeline, or `all`. */
  only(service) {
    const lines = this.box.querySelector(".lines");
    lines.dataset.only = service;
    for (const tab of lines.querySelectorAll(".lines-tabs button")) tab.ariaPressed = String(tab.dataset.only === service);
    for (const panel of lines.querySelectorAll(".panel")) panel.classList.toggle("is-shown", panel.dataset.service === service);
  }

  /** Fetches the timelines anew; calls in quick succession become one. */
  refresh() {
    clearTimeout(this.pending);
    this.pending = setTimeout(() => this.#load().catch(() => this.#later()), 80);
  }

  #later() {
    clearTimeout(this.pending);
    this.pending = setTimeout(() => this.refresh(), 2000);
  }

  async #load() {
    const answer = await fetch(`/sandbox/timelines${location.search}`);
    if (!answer.ok) throw new Error("no timelines");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = document.activeElement;
    let arrived = 0;
    for (const panel of this.box.querySelectorAll(".panel")) {
      const other = fresh.querySelector(`.panel[data-service="${panel.dataset.service}"]`);
      if (other) arrived += this.#merge(panel, other);
    }
    this.#wire();
    // a post that is moved within the page loses the focus, though it is the same one
    if (this.box.contains(focused) && document.activeElement !== focused) focused.focus({ preventScroll: true });
    if (arrived) {
      bump("timelines");
      this.on.arrived();
    }
  }

  #merge(panel, other) {
    const old = new Map([...panel.querySelectorAll(".post")].map((one) => [one.dataset.key, one]));
    let arrived = 0;
    for (const post of other.querySelectorAll(".post")) {
      const known = old.get(post.dataset.key);
      const unveiled = known?.classList.contains("is-staged") && !post.classList.contains("is-staged");
      if (known && known.dataset.digest === post.dataset.digest && known.className.includes("is-thread") === post.className.includes("is-thread")) {
        known.classList.remove("is-new");
        post.replaceWith(known);
      } else if (!known || unveiled) {
        post.classList.add("is-new");
        if (!post.classList.contains("is-staged")) arrived += 1;
      }
    }
    panel.querySelector(".panel-posts").replaceChildren(...other.querySelector(".panel-posts").childNodes);
    const [count, now] = [panel.querySelector(".panel-count"), other.querySelector(".panel-count")];
    count.textContent = now.textContent;
    count.dataset.count = now.dataset.count;
    return arrived;
  }

  /** Brings one publication into sight; false if it is not there. */
  reveal(service, id) {
    const post = document.getElementById(`post-${service}-${id}`);
    if (!post) return false;
    if (narrowScreen.matches) show("timelines");
    const lines = this.box.querySelector(".lines");
    if (lines.dataset.only !== "all" || post.offsetParent === null) this.only(service);
    post.scrollIntoView({ block: "center" });
    post.classList.remove("is-near");
    void post.offsetWidth;
    post.classList.add("is-near");
    post.focus({ preventScroll: true });
    return true;
  }

  /** The publication that an address in the chat leads to: `[service, id]`, or null. */
  find(address) {
    for (const post of this.box.querySelectorAll(".post[data-url]")) {
      if (post.dataset.url === address) return [post.closest(".panel").dataset.service, post.dataset.key.slice(post.dataset.key.indexOf("/") + 1)];
    }
    return null;
  }
}

/** Large picture, with its description under it. */
export function openPicture(button) {
  if (!button.dataset.src) return;
  $("shown-img").src = button.dataset.src;
  $("shown-img").alt = button.dataset.alt ?? "";
  $("shown-alt").textContent = button.dataset.alt || "No description was given.";
  $("shown").showModal();
}

