// The files on their way into a message: one row each with a preview, how far it is, and a way to take it back.

import { glyph, reconcile } from "./common.js";

const UNITS = [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]];

function size(bytes) {
  const [one, unit] = UNITS.find(([least]) => bytes >= least) ?? [1, "bytes"];
  return `${(bytes / one).toFixed(one >= 1e6 ? 1 : 0)} ${unit}`;
}

const make = (tag, fields) => Object.assign(document.createElement(tag), fields);

export class Attachments {
  /** `on.attached(name, path)` when a file is there, `on.removed(name, path)` when somebody takes it back, `on.failed(text)`. */
  constructor(api, box, on) {
    Object.assign(this, { api, box, on, rows: [], working: null });
    box.addEventListener("click", (event) => {
      const row = this.rows.find((one) => one.node === event.target.closest("li"));
      if (row && event.target.closest("button")) this.#remove(row);
    });
  }

  /** Whether something is still on its way. */
  get busy() {
    return this.rows.some((one) => one.state === "waiting");
  }

  /** Uploads files, one after the other. */
  add(files) {
    for (const file of files) this.rows.push(this.#row(file));
    this.#draw();
    this.working ??= this.#work().finally(() => { this.working = null; });
  }

  /** Rows of files that the text no longer links, and of failures when it is empty, go. */
  follow(text) {
    const stays = (one) => one.state === "waiting" || (one.state === "there" ? text.includes(`](${one.path})`) : Boolean(text));
    this.rows.filter((one) => !stays(one)).forEach((one) => this.#forget(one));
    this.#draw();
  }

  #row(file) {
    const name = file.name || "the picture";
    const node = make("li", { className: "attached" });
    const source = URL.createObjectURL(file);
    const bar = make("progress", { max: 1, value: 0, ariaLabel: `Uploading ${name}` });
    const state = make("small", { textContent: size(file.size) });
    const words = make("span", { className: "attached-name" });
    words.append(make("b", { textContent: name }), state, bar);
    const remove = make("button", { type: "button", className: "icon", title: "Remove" });
    remove.append(glyph("close"), make("span", { className: "quiet", textContent: `Remove ${name}` }));
    node.append(preview(file, source), words, remove);
    return { file, name, node, source, bar, says: state, stop: new AbortController(), state: "waiting", path: null };
  }

  async #work() {
    for (let row = this.#next(); row; row = this.#next()) {
      try {
        const progress = (done) => this.#progress(row, done);
        row.path = await this.api.upload(row.file, progress, row.stop.signal);
        row.state = "there";
        row.bar.remove();
        row.says.textContent = size(row.file.size);
        this.on.attached(decodeURIComponent(row.path.split("/").pop()), row.path);
      } catch (error) {
        if (error.name === "AbortError") continue;  // its row has gone
        row.state = "failed";
        row.bar.remove();
        row.node.classList.add("is-error");
        row.says.textContent = error.message;
        this.on.failed(`${row.name}: ${error.message}`);
      }
    }
  }

  #next() {
    return this.rows.find((one) => one.state === "waiting");
  }

  #progress(row, done) {
    row.bar.value = done;
    row.says.textContent = done < 1 ? `${Math.floor(done * 100)} % of ${size(row.file.size)}` : "Nearly there…";
  }

  #remove(row) {
    const { state, path } = row;
    this.#forget(row);
    this.#draw();
    row.stop.abort();
    if (state === "there") this.on.removed(path);
  }

  #forget(row) {
    URL.revokeObjectURL(row.source);
    this.rows.splice(this.rows.indexOf(row), 1);
  }

  #draw() {
    this.box.hidden = !this.rows.length;
    reconcile(this.box, this.rows.map((one) => one.node));
  }
}

function preview(file, source) {
  const box = make("span", { className: "attached-face", ariaHidden: "true" });
  const [kind] = file.type.split("/");
  const sign = glyph(file.type === "application/pdf" ? "document" : kind === "video" ? "film" : "clip");
  const shown = kind === "image" ? make("img", { src: source, alt: "" })
    : kind === "video" ? make("video", { src: source, muted: true, preload: "metadata", tabIndex: -1 }) : null;
  shown?.addEventListener("error", () => shown.replaceWith(sign));
  box.append(shown ?? sign);
  return box;
}
