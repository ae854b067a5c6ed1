// Writing: where it goes, files (button, dropped, pasted), examples, sending; and editing a message in its place.

import { Attachments } from "./attachments.js";
import { $, boot, tell } from "./common.js";
import { write } from "./narrow.js";

const EXAMPLES = {
  draft: `@social draft
Registration for our spring workshop is open! Four half-days on version control, testing and sharing code.
https://example.org/workshop #opensource`,
  week: "@social what is scheduled this week?",
  help: "@social help",
};

const sends = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;

export class Compose {
  constructor(api, on) {
    Object.assign(this, { api, on, narrow: null });
    this.text = $("compose-text");
    this.text.value = sessionStorage.getItem("compose") ?? "";
    this.files = new Attachments(api, $("compose-files"), {
      attached: (name, path) => this.#attached(name, path), removed: (path) => this.#removed(path), failed: (text) => this.#say(text, true),
    });
    this.text.addEventListener("input", () => {
      sessionStorage.setItem("compose", this.text.value);
      this.files.follow(this.text.value);
    });
    this.text.addEventListener("keydown", (event) => { if (sends(event)) this.#go(event); });
    $("compose").addEventListener("submit", (event) => this.#go(event));
    $("compose-file").addEventListener("click", () => $("compose-input").click());
    $("compose-input").addEventListener("change", () => { this.files.add([...$("compose-input").files]); $("compose-input").value = ""; });
    this.text.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      this.files.add([...event.clipboardData.files]);
    });
    for (const chip of document.querySelectorAll("[data-example]")) chip.addEventListener("click", () => this.example(chip.dataset.example));
    if (/Mac|iPhone|iPad/.test(navigator.userAgent)) document.querySelector(".compose-keys").textContent = "⌘ ↵";
    this.#drops(document.querySelector(".talk"));
  }

  #drops(zone) {
    const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    let depth = 0;
    const inside = (more) => { depth = Math.max(0, depth + more); zone.classList.toggle("is-dropping", depth > 0); };
    zone.addEventListener("dragenter", (event) => { if (files(event)) inside(1); });
    zone.addEventListener("dragleave", (event) => { if (files(event)) inside(-1); });
    window.addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
    window.addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      inside(-99);
      if (zone.contains(event.target)) this.files.add([...event.dataTransfer.files]);
    });
  }

  /** The conversation one writes to follows the one that is shown. */
  aim(narrow, topics, title) {
    const moved = !this.narrow || narrow.channel !== this.narrow.channel || narrow.topic !== this.narrow.topic;
    this.narrow = narrow;
    $("compose-where").textContent = narrow.dm ? `To ${title}` : `To #${title}`;
    $("compose-topic-label").hidden = Boolean(narrow.dm);
    if (moved && !narrow.dm) $("compose-topic").value = narrow.topic ?? "posts";
    $("topics").replaceChildren(...topics.map((topic) => Object.assign(document.createElement("option"), { value: topic })));
  }

  #say(text, error = false) {
    $("compose-state").textContent = text;
    $("compose-state").classList.toggle("is-error", error);
  }

  set value(text) {
    this.text.value = text;
    this.text.dispatchEvent(new Event("input"));
  }

  /** Fills in an example, for the person to change and send. */
  example(name) {
    const text = EXAMPLES[name];
    this.value = this.narrow?.dm ? text.replace(/^@social /, "") : text;
    this.#say("");
    this.text.focus();
  }

  /** Puts text where the cursor stands. */
  insert(text) {
    this.text.focus();
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.text.dispatchEvent(new Event("input"));
  }

  /** Links a file at the end of the text; whoever is writing meanwhile stays where they are. */
  #attached(name, path) {
    const { value, selectionStart } = this.text;
    const link = `${value && !value.endsWith("\n") ? "\n" : ""}[${name}](${path})\n`;
    this.text.setRangeText(link, value.length, value.length, selectionStart === value.length ? "end" : "preserve");
    this.text.dispatchEvent(new Event("input"));
    this.#say("Attached. Put what it shows between the [ ]: that is its alt text.");
  }

  #removed(path) {
    const lines = this.text.value.split("\n");
    this.value = lines.filter((line) => !(line.startsWith("[") && line.endsWith(`](${path})`))).join("\n").replaceAll(`](${path})`, "]");
    this.#say("");
    this.text.focus();
  }

  async #go(event) {
    event.preventDefault();
    const content = this.text.value;
    if (!content.trim()) return this.#say("Write something first.", true);
    if (this.files.busy) return this.#say("One moment, a file is still being uploaded.", true);
    if ($("compose-send").disabled) return undefined;
    $("compose-send").disabled = true;
    this.#say("");
    try {
      const { dm, channel } = this.narrow;
      const topic = $("compose-topic").value.trim();
      await this.api.ask("POST", "messages", dm ? { type: "direct", to: dm, content } : { type: "stream", to: [channel], topic, content });
      if (this.text.value === content) this.value = "";
      this.on.sent(content, dm ? null : topic);
    } catch (error) {
      this.#say(error instanceof TypeError ? "The chat cannot be reached. Your text is still here." : error.message, true);
    } finally {
      $("compose-send").disabled = false;
    }
    return undefined;
  }

  /** Begins an answer that quotes a message, as Zulip writes it. */
  async quote(message, address, name) {
    try {
      const { message: { content } } = await this.api.ask("GET", `messages/${message.id}`, { apply_markdown: false });
      const fence = "`".repeat(Math.max(3, ...[...content.matchAll(/`{3,}/g)].map((one) => one[0].length + 1)));
      const head = `@_**${name}|${message.sender_id}** [said](${boot.base}/${address}):`;
      this.insert(`${head}\n${fence}quote\n${content}\n${fence}\n`);
    } catch (error) {
      tell(error.message);
    }
  }
}

/** Opens an editor in a message; the list draws the result when the chat tells of it. */
export async function edit(api, message, node) {
  if (node.querySelector(".editor")) return;
  let source;
  try {
    source = (await api.ask("GET", `messages/${message.id}`, { apply_markdown: false })).message.content;
  } catch (error) {
    tell(error.message);
    return;
  }
  const form = document.createElement("form");
  form.className = "editor";
  const text = Object.assign(document.createElement("textarea"), { value: source, ariaLabel: "Edit the message" });
  const trouble = Object.assign(document.createElement("p"), { role: "alert" });
  const foot = Object.assign(document.createElement("div"), { className: "editor-foot" });
  const stop = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: "Cancel" });
  foot.append(trouble, stop, Object.assign(document.createElement("button"), { type: "submit", className: "chip chip-go", textContent: "Save" }));
  form.append(text, foot);
  const body = node.querySelector(".message-body");
  body.hidden = true;
  body.after(form);
  const close = () => { form.remove(); body.hidden = false; node.focus({ preventScroll: true }); };
  const save = async (event) => {
    event.preventDefault();
    try {
      if (text.value !== source) await api.ask("PATCH", `messages/${message.id}`, { content: text.value });
      close();
    } catch (error) {
      trouble.textContent = error.message;
    }
  };
  form.addEventListener("submit", save);
  stop.addEventListener("click", close);
  text.addEventListener("keydown", (event) => {
    if (sends(event)) save(event);
    else if (event.key === "Escape") close();
  });
  text.focus();
}
