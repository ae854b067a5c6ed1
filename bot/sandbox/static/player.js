// A film in a message, played from an address that the chat lends for a minute; when it has run out, it lends another.

const SOON_MS = 5000;

/** A player for an uploaded file; nothing but the film's head is fetched before somebody plays it. */
export function player(api, path, label) {
  const video = Object.assign(document.createElement("video"), { controls: true, preload: "metadata", playsInline: true, ariaLabel: label || "Video" });
  let renewed = -Infinity;
  const load = async () => {
    renewed = performance.now();
    try {
      video.src = await api.lent(path);
    } catch {
      give();
    }
  };
  const give = () => {
    const note = Object.assign(document.createElement("span"), { className: "image-missing", textContent: "This film cannot be played here." });
    video.replaceWith(note);
  };
  video.addEventListener("error", async () => {
    if (performance.now() - renewed < SOON_MS) {
      give();
      return;
    }
    const { currentTime, paused } = video;
    await load();
    video.currentTime = currentTime;
    if (!paused) video.play().catch(() => { /* the person may press play */ });
  });
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((one) => one.isIntersecting)) return;
    seen.disconnect();
    load();
  });
  seen.observe(video);
  return video;
}
