// The messages this person can see, as last heard of.

import { sameTopic } from "./narrow.js";

export class Store {
  constructor(me) {
    this.me = me;
    this.byId = new Map();
    this.complete = false;
    this.drawn = 0;
  }

  #next() {
    this.drawn += 1;
    return this.drawn;
  }

  clear() {
    this.byId.clear();
    this.complete = false;
  }

  /** Takes messages as `GET /messages` or a `message` event gives them. */
  add(messages) {
    for (const message of messages) {
      this.byId.set(message.id, {
        ...message, topic: message.subject ?? "", version: this.#next(),
        others: message.type === "private" ? this.#others(message) : null,
      });
    }
  }

  #others(message) {
    const ids = message.display_recipient.map((one) => one.id).sort((a, b) => a - b);
    const others = ids.filter((id) => id !== this.me.user_id);
    return others.length ? others : ids;
  }

  oldest() {
    let least = Infinity;
    for (const id of this.byId.keys()) least = Math.min(least, id);
    return least;
  }

  /** What a conversation shows, oldest first. */
  select(narrow) {
    const shown = [...this.byId.values()].filter((message) => {
      if (narrow.dm) return message.others && String(message.others) === String(narrow.dm);
      if (message.stream_id !== narrow.channel) return false;
      return narrow.topic === null || sameTopic(message.topic, narrow.topic);
    });
    return shown.sort((a, b) => a.id - b.id);
  }

  /** The topics of a channel, the latest first. */
  topics(channel) {
    const latest = new Map();
    for (const message of [...this.byId.values()].sort((a, b) => a.id - b.id)) {
      if (message.stream_id !== channel) continue;
      const key = message.topic.toLowerCase();
      latest.delete(key);
      latest.set(key, message.topic);
    }
    return [...latest.values()].reverse();
  }

  /** Brings the messages in line with an event; gives the ids that look different now. */
  apply(event) {
    const deed = {
      message: () => { this.add([event.message]); return [event.message.id]; },
      update_message: () => this.#update(event),
      delete_message: () => this.#remove(event.message_ids ?? [event.message_id]),
      reaction: () => this.#react(event),
    }[event.type];
    return deed ? deed() : [];
  }

  #update(event) {
    const ids = new Set(event.message_ids ?? [event.message_id]);
    for (const id of ids) {
      const message = this.byId.get(id);
      if (!message) continue;
      if ("subject" in event) message.topic = event.subject;
      if ("new_stream_id" in event) message.stream_id = event.new_stream_id;
      if (id === event.message_id && event.rendered_content !== undefined) {
        message.content = event.rendered_content;
        if (!event.rendering_only) message.last_edit_timestamp = event.edit_timestamp;
      }
      message.version = this.#next();
    }
    return [...ids];
  }

  #remove(ids) {
    for (const id of ids) this.byId.delete(id);
    return ids;
  }

  #react(event) {
    const message = this.byId.get(event.message_id);
    if (!message) return [];
    const same = (one) => one.emoji_code === event.emoji_code && one.reaction_type === event.reaction_type
      && one.user_id === event.user_id;
    message.reactions = message.reactions.filter((one) => !same(one));
    if (event.op === "add") message.reactions.push({ ...event });
    message.version = this.#next();
    return [message.id];
  }
}
