// The list of conversations: channels with their topics, direct messages, what is new in each.

import { boot, reconcile } from "./common.js";
import { sameTopic, write } from "./narrow.js";

const SHOWN_TOPICS = 8;

const roomOf = (message) => (message.others ? `dm:${message.others.join(",")}` : `channel:${message.stream_id}`);

export class Rooms {
  constructor(store) {
    this.store = store;
    this.unread = new Map();
    this.links = new Map();
  }

  /** A message came that the reader does not see now. */
  missed(message) {
    const key = `${roomOf(message)}/${message.topic.toLowerCase()}`;
    this.unread.set(key, (this.unread.get(key) ?? 0) + 1);
  }

  /** The reader sees this conversation now. */
  seen(narrow) {
    const room = narrow.dm ? `dm:${narrow.dm.join(",")}` : `channel:${narrow.channel}`;
    for (const key of [...this.unread.keys()]) {
      const all = key.startsWith(`${room}/`) && (narrow.topic === null || narrow.dm);
      if (all || key === `${room}/${(narrow.topic ?? "").toLowerCase()}`) this.unread.delete(key);
    }
  }

  #count(prefix) {
    let sum = 0;
    for (const [key, number] of this.unread) if (key.startsWith(prefix)) sum += number;
    return sum;
  }

  draw(narrow) {
    for (const link of document.querySelectorAll(".room-name")) {
      const { room } = link.dataset;
      const here = room === (narrow.dm ? `dm:${narrow.dm.join(",")}` : `channel:${narrow.channel}`) && narrow.topic === null;
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      const badge = link.querySelector(".badge");
      const count = this.#count(`${room}/`);
      badge.textContent = String(count);
      badge.hidden = !count;
    }
    for (const list of document.querySelectorAll(".topics")) this.#topics(list, Number(list.dataset.topics), narrow);
  }

  #topics(list, channel, narrow) {
    const name = boot.channels.find((one) => one.stream_id === channel)?.name ?? "";
    const rows = this.store.topics(channel).slice(0, SHOWN_TOPICS).map((topic) => {
      const key = `${channel}/${topic.toLowerCase()}`;
      if (!this.links.has(key)) this.links.set(key, this.#row());
      const row = this.links.get(key);
      const link = row.firstChild;
      link.href = write({ channel, name, topic });
      link.firstChild.textContent = topic || "general chat";
      const here = narrow.channel === channel && narrow.topic !== null && sameTopic(narrow.topic, topic);
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      const count = this.unread.get(`channel:${channel}/${topic.toLowerCase()}`) ?? 0;
      link.lastChild.textContent = String(count);
      link.lastChild.hidden = !count;
      return row;
    });
    reconcile(list, rows);
  }

  #row() {
    const row = document.createElement("li");
    const link = document.createElement("a");
    link.append(document.createElement("span"), Object.assign(document.createElement("b"), { className: "badge", hidden: true }));
    row.append(link);
    return row;
  }
}
