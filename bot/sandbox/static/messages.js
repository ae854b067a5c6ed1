// The list of messages: drawing, reactions, editing, deleting, links to one message.

import { $, ask, boot, dayOf, glyph, moment, reconcile, tell } from "./common.js";
import { dress, openFile, toggleSpoiler } from "./markup.js";
import { write } from "./narrow.js";
import { closePicker, drawReactions, openPicker, toggleReaction } from "./reactions.js";

const FAST_FOLLOWER_S = 300;

export class Messages {
  constructor(api, store, people, on) {
    Object.assign(this, { api, store, people, on });
    this.box = $("messages");
    this.nodes = new Map();
    this.narrow = null;
    this.first = true;
    this.box.addEventListener("click", (event) => this.#click(event));
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.box.addEventListener("load", () => { if (this.pinned) this.toEnd(); }, true);
    new ResizeObserver(() => { if (this.pinned) this.toEnd(); }).observe(this.box);
    $("newest").addEventListener("click", () => this.toEnd());
  }

  #scrolled() {
    const height = `${this.box.clientHeight}/${this.box.scrollHeight}`;
    if (height === this.height) this.pinned = this.atEnd();  // otherwise the content moved, not the reader
    this.height = height;
    if (this.atEnd()) $("newest").hidden = true;
  }

  atEnd() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 90;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.pinned = true;
    $("newest").hidden = true;
  }

  /** Draws the conversation anew; `arrived` are the ids that are new to the reader. */
  draw(narrow, arrived = []) {
    const moved = JSON.stringify({ ...this.narrow, near: 0 }) !== JSON.stringify({ ...narrow, near: 0 });
    const follow = moved || this.first || this.atEnd();
    const kept = this.box.scrollHeight - this.box.scrollTop;
    this.narrow = narrow;
    const shown = this.store.select(narrow);
    const nodes = this.store.complete || !shown.length ? [] : [this.#more()];
    let before = null;
    for (const message of shown) {
      const bar = !before || !this.#together(before, message);
      if (bar) nodes.push(this.#bar(message));
      nodes.push(this.#node(message, !bar && this.#same(before, message), arrived.includes(message.id)));
      before = message;
    }
    if (!shown.length) nodes.push(this.#nothing());
    reconcile(this.box, nodes);
    this.first = false;
    const mine = arrived.some((id) => this.store.byId.get(id)?.sender_id === boot.me.user_id);
    this.pinned = follow || mine;
    if (this.pinned) this.toEnd();
    else if (this.grown) this.box.scrollTop = this.box.scrollHeight - kept;
    else if (arrived.some((id) => shown.some((one) => one.id === id))) $("newest").hidden = false;
    this.grown = false;
  }

  #together(one, other) {
    return one.stream_id === other.stream_id && one.topic.toLowerCase() === other.topic.toLowerCase()
      && String(one.others) === String(other.others) && dayOf(new Date(one.timestamp * 1000)) === dayOf(new Date(other.timestamp * 1000));
  }

  #same(one, other) {
    return one.sender_id === other.sender_id && other.timestamp - one.timestamp < FAST_FOLLOWER_S && !other.is_me_message;
  }

  #more() {
    this.moreButton ??= Object.assign(document.createElement("button"), { type: "button", className: "chip messages-more", textContent: "Show older messages" });
    return this.moreButton;
  }

  #nothing() {
    const box = document.createElement("div");
    box.className = "messages-empty";
    const [title, text] = this.narrow.dm
      ? ["Nothing here yet", "Write below. In a direct message the bot needs no mention: “help” is enough."]
      : ["Nothing here yet", "Begin with “@social draft” and what you want to tell the world."];
    box.append(Object.assign(document.createElement("b"), { textContent: title }), text);
    return box;
  }

  #bar(message) {
    const key = `bar${message.id}`;
    const at = new Date(message.timestamp * 1000);
    const sign = JSON.stringify([message.stream_id, message.topic, message.others, dayOf(at)]);
    if (this.nodes.get(key)?.sign === sign) return this.nodes.get(key).node;
    const line = Object.assign(document.createElement("div"), { className: "topic-bar" });
    const bar = document.createElement("div");
    line.append(bar);
    const link = (text, narrow, tag) => {
      const a = Object.assign(document.createElement("a"), { href: write(narrow) });
      a.append(tag ? Object.assign(document.createElement(tag), { textContent: text }) : text);
      return a;
    };
    if (message.others) {
      const names = message.others.map((id) => this.people.get(id)?.full_name ?? "somebody").join(", ");
      bar.dataset.hue = "dm";
      bar.append(link(`You and ${names}`, { dm: message.others, name: names }, "b"));
    } else {
      const channel = boot.channels.find((one) => one.stream_id === message.stream_id);
      const name = channel?.name ?? message.display_recipient;
      bar.dataset.hue = channel?.hue ?? "";
      bar.append(link(name, { channel: message.stream_id, name }, "b"), Object.assign(document.createElement("i"), { textContent: "›" }),
        link(message.topic || "general chat", { channel: message.stream_id, name, topic: message.topic }));
    }
    bar.append(Object.assign(document.createElement("time"), { textContent: dayOf(at), dateTime: at.toISOString() }));
    this.nodes.set(key, { node: line, sign });
    return line;
  }

  /** The address of one message. */
  near(message) {
    const name = boot.channels.find((one) => one.stream_id === message.stream_id)?.name ?? "";
    if (message.others) return write({ dm: message.others, name: this.people.get(message.others[0])?.full_name ?? "", near: message.id });
    return write({ channel: message.stream_id, name, topic: message.topic, near: message.id });
  }

  #node(message, same, arrived) {
    let held = this.nodes.get(message.id);
    if (!held) {
      const node = $("message-template").content.firstElementChild.cloneNode(true);
      Object.assign(node, { id: `m${message.id}`, tabIndex: -1 });
      node.dataset.id = message.id;
      held = { node, version: 0, content: null };
      this.nodes.set(message.id, held);
      this.#frame(node, message);
      if (arrived) node.classList.add("is-new");
    }
    held.node.classList.toggle("is-same", same);
    if (held.version !== message.version) this.#fill(held, message);
    return held.node;
  }

  #frame(node, message) {
    const sender = this.people.get(message.sender_id) ?? { user_id: message.sender_id, full_name: message.sender_full_name, is_bot: true };
    const face = document.createElement("span");
    face.className = "face";
    face.ariaHidden = "true";
    face.dataset.hue = sender.user_id % 8;
    if (sender.is_bot) face.dataset.bot = "";
    face.append(sender.is_bot ? glyph("mark") : sender.full_name.slice(0, 1));
    node.querySelector(".message-face").append(face);
    node.querySelector(".message-name").textContent = sender.full_name;
    node.querySelector(".tag").hidden = !sender.is_bot;
    node.setAttribute("aria-label", `${sender.full_name}, ${moment(new Date(message.timestamp * 1000), "hour")}`);
  }

  #fill(held, message) {
    const { node } = held;
    const at = new Date(message.timestamp * 1000);
    const time = node.querySelector(".message-time");
    time.href = this.near(message);
    time.title = moment(at, "long");
    Object.assign(time.firstElementChild, { textContent: moment(at, "hour"), dateTime: at.toISOString() });
    node.classList.toggle("is-me", Boolean(message.is_me_message));
    node.querySelector(".message-edited").hidden = !message.last_edit_timestamp;
    if (held.content !== message.content) {
      const opened = new Set();
      node.querySelectorAll(".spoiler-header").forEach((head, index) => { if (head.ariaExpanded === "true") opened.add(index); });
      node.querySelector(".message-body").replaceChildren(...dress(message.content, this.api, opened));
    }
    const own = message.sender_id === boot.me.user_id;
    node.querySelector("[data-do=edit]").hidden = !own;
    node.querySelector("[data-do=delete]").hidden = !own && !boot.me.is_admin;
    drawReactions(node.querySelector(".reactions"), message, this.people);
    Object.assign(held, { version: message.version, content: message.content });
  }

  #key(event) {
    const head = event.target.closest(".spoiler-header");
    if (head && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      toggleSpoiler(head);
    } else if (event.key === "Escape") {
      closePicker();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.target.closest("textarea, .picker, video")) {
      const all = [...this.box.querySelectorAll(".message")];
      const at = all.indexOf(event.target.closest(".message"));
      const next = at < 0 ? all.at(-1) : all[at + (event.key === "ArrowDown" ? 1 : -1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
    }
  }

  #click(event) {
    const { target } = event;
    const head = target.closest(".spoiler-header");
    if (head && !target.closest("a")) return toggleSpoiler(head);
    const link = target.closest("a[data-file]");
    if (link) {
      event.preventDefault();
      return openFile(this.api, link);
    }
    if (target.closest(".messages-more")) return this.on.older();
    const id = Number(target.closest(".message")?.dataset.id);
    const message = this.store.byId.get(id);
    if (!message) return undefined;
    const pill = target.closest(".reaction:not(.reaction-add), .picker button");
    if (pill) return toggleReaction(this.api, message, pill);
    const button = target.closest("[data-do], .reaction-add");
    if (!button) return undefined;
    return { react: () => openPicker(button, this.box), edit: () => this.on.edit(message), delete: () => this.#delete(message), quote: () => this.on.quote(message) }[button.dataset.do ?? "react"]();
  }

  async #delete(message) {
    if (!await ask("Delete this message for everybody?", "Delete")) return;
    try {
      await this.api.ask("DELETE", `messages/${message.id}`);
    } catch (error) {
      tell(error.message);
    }
  }

  /** Brings one message into sight and marks it for a moment. */
  reveal(id) {
    const node = this.nodes.get(id)?.node;
    if (!node?.isConnected) return false;
    this.pinned = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("is-near");
    void node.offsetWidth;
    node.classList.add("is-near");
    node.focus({ preventScroll: true });
    return true;
  }
}
