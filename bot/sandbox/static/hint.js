// Three steps for somebody who is here for the first time; each is ticked when it was done.

import { $ } from "./common.js";

const STEPS = ["draft", "approve", "watch"];

export class Hint {
  constructor(on) {
    this.box = $("hint");
    this.done = new Set((localStorage.getItem("hint-done") ?? "").split(",").filter(Boolean));
    $("hint-close").addEventListener("click", () => this.close());
    $("hint-draft").addEventListener("click", on.draft);
    this.#draw();
  }

  #draw() {
    this.box.hidden = localStorage.getItem("hint") === "closed";
    this.box.classList.toggle("is-begun", this.done.size > 0);
    for (const step of this.box.querySelectorAll("[data-step]")) step.classList.toggle("is-done", this.done.has(step.dataset.step));
  }

  /** One of `draft`, `approve`, `watch` happened. */
  tick(step) {
    if (this.done.has(step)) return;
    this.done.add(step);
    localStorage.setItem("hint-done", [...this.done].join(","));
    this.#draw();
    if (STEPS.every((one) => this.done.has(one))) setTimeout(() => this.close(), 8000);
  }

  close() {
    localStorage.setItem("hint", "closed");
    this.#draw();
  }
}
