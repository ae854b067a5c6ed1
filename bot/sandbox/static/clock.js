// The sandbox's clock: it ticks, it can be skipped ahead, and it tells when the next post is due.

import { $, boot, moment, now, setNow, tell } from "./common.js";

export class Clock {
  constructor() {
    this.face = $("clock");
    for (const button of document.querySelectorAll("[data-advance]")) {
      button.addEventListener("click", () => this.#move({ advance_s: Number(button.dataset.advance) }, button));
    }
    $("skip-next").addEventListener("click", () => this.#move({ to: "next" }, $("skip-next")));
    setInterval(() => this.draw(), 1000);
    this.set(boot.now, boot.due);
    setInterval(() => this.ask(), 15000);
  }

  draw() {
    const at = now();
    const text = moment(at, "long");
    if (this.face.textContent !== text) Object.assign(this.face, { textContent: text, dateTime: at.toISOString() });
  }

  /** The server told its time, and when the next post is due (or null). */
  set(iso, due) {
    setNow(iso);
    this.draw();
    const button = $("skip-next");
    const at = due ? new Date(due) : null;
    button.disabled = !at;
    button.title = at ? `The next post is due on ${moment(at, "long")}` : "No post is waiting for its time";
    const today = at && moment(at, "date") === moment(now(), "date");
    $("skip-when").textContent = at ? `, ${today ? moment(at, "hour") : moment(at, "long").replace(/ \d{4},/, ",")}` : "";
  }

  async #move(body, button) {
    button.disabled = true;
    try {
      const answer = await fetch("/sandbox/clock", { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
      const json = await answer.json();
      if (!answer.ok) tell(json.error ?? "The clock did not move.");
    } catch {
      tell("The sandbox cannot be reached. Is it still running?");
    }
    button.disabled = false;
    await this.ask();
  }

  /** Something happened that may have changed what is due: asks in a moment, once. */
  soon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.ask(), 800);
  }

  /** Reads the clock and the next due instant anew. */
  async ask() {
    if (document.hidden) return;
    try {
      const answer = await fetch("/sandbox/due");
      const { now: iso, due } = await answer.json();
      this.set(iso, due);
    } catch { /* the link's own sign says that the sandbox is away */ }
  }

  /** Somebody moved it: show that. */
  moved(iso) {
    setNow(iso);
    this.draw();
    const box = this.face.parentElement;
    box.classList.remove("is-moved");
    void box.offsetWidth;
    box.classList.add("is-moved");
    this.ask();
  }
}
