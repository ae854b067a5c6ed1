// What the server tells every page: something was published, the clock was moved. One connection for all open tabs.

import { pause } from "./api.js";

const channel = new BroadcastChannel("social-news");

function listen(tell) {
  return new Promise((done) => {
    const source = new EventSource("/sandbox/events");
    const end = () => { source.close(); document.removeEventListener("visibilitychange", hide); done(); };
    const hide = () => { if (document.hidden) end(); };
    document.addEventListener("visibilitychange", hide);
    source.onmessage = ({ data }) => tell(JSON.parse(data));
    source.onerror = end;
  });
}

/** Calls `on` with each piece of news, and with `{event: "hello"}` whenever the connection stands anew. */
export async function follow(on) {
  channel.onmessage = ({ data }) => on(data);
  const tell = (news) => { on(news); channel.postMessage(news); };
  for (;;) {
    if (document.hidden) await new Promise((done) => { document.addEventListener("visibilitychange", done, { once: true }); });
    else if (navigator.locks) await navigator.locks.request("social-news", () => (document.hidden ? undefined : listen(tell)));
    else await listen(tell);
    await pause(1000);
  }
}
