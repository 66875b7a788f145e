// Shows a recording, or a piece of one, and says where it stands: to the strip at once, by events
// of the window, and to the page's script where it matters, by state.

const KEYS = {
  " ": "play", k: "play", j: "back", l: "on", ",": "frame-back", ".": "frame-on", m: "sound",
  f: "full", i: "in", o: "out", x: "clear", ArrowLeft: "second-back", ArrowRight: "second-on",
};
const STEPS_S = { back: -5, on: 5, "second-back": -1, "second-on": 1 };
const REPORT_MS = 2000;

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".player");
  root.wiring?.abort();
  const wiring = (root.wiring = new AbortController());
  const listen = (target, name, act) => target.addEventListener(name, act, { signal: wiring.signal });
  const video = root.querySelector("video");
  const kept = (root.kept ??= { atS: data.at_s, marks: data.marks, reportedMs: 0 });

  const canPlay = () => Boolean(data.src);
  const now = () => (canPlay() && video.readyState ? data.offset_s + video.currentTime : kept.atS);
  const bounded = (atS) => Math.min(Math.max(atS, 0), Math.max(data.duration_s - 0.001, 0));

  function report() {
    kept.reportedMs = Date.now();
    setStateValue("at_s", Math.round(kept.atS * 1000) / 1000);
  }

  function show() {
    kept.atS = now();
    root.querySelector(".time").textContent = written(kept.atS, data);
    root.classList.toggle("is-playing", !video.paused);
    const playing = root.querySelector("[data-do=play]");
    playing.setAttribute("aria-label", video.paused ? "Play" : "Pause");
    window.dispatchEvent(new CustomEvent("retrace:at", { detail: { ...kept } }));
  }

  function seek(wantedS) {
    const atS = bounded(wantedS);
    const isHere = canPlay() && atS >= data.offset_s && atS < data.end_s;
    if (isHere) video.currentTime = atS - data.offset_s;
    kept.atS = atS;
    if (!isHere) {
      video.pause();
      show();
      kept.atS = atS; // what is shown still is of the piece before
      report();
    }
  }

  function mark(change) {
    const marks = { ...kept.marks, ...change };
    if (marks.start_s != null && marks.end_s != null && marks.start_s >= marks.end_s) {
      if ("start_s" in change) marks.end_s = null;
      else marks.start_s = null;
    }
    kept.marks = marks;
    setStateValue("marks", marks);
    show();
  }

  const acts = {
    play: () => (video.paused ? video.play() : video.pause()),
    "frame-back": () => seek(now() - 1 / data.fps),
    "frame-on": () => seek(now() + 1 / data.fps),
    sound: () => (video.muted = !video.muted),
    full: () => (document.fullscreenElement ? document.exitFullscreen() : video.requestFullscreen()),
    in: () => mark({ start_s: now() }),
    out: () => mark({ end_s: now() }),
    clear: () => mark({ start_s: null, end_s: null }),
  };
  for (const [name, stepS] of Object.entries(STEPS_S)) acts[name] = () => seek(now() + stepS);

  for (const button of root.querySelectorAll("[data-do]")) {
    listen(button, "click", () => acts[button.dataset.do]());
  }
  listen(root.querySelector("select"), "change", (event) => {
    video.playbackRate = Number(event.target.value);
  });
  listen(document, "keydown", (event) => {
    const name = KEYS[event.key];
    if (!name || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    event.preventDefault();
    acts[name]();
  });
  listen(window, "retrace:seek", (event) => seek(event.detail.atS));
  listen(window, "retrace:hello", show);
  for (const name of ["play", "pause", "seeked", "loadeddata", "volumechange"]) {
    listen(video, name, () => {
      root.querySelector("[data-do=sound]").setAttribute("aria-pressed", String(!video.muted));
      show();
      if (name === "pause" || name === "seeked") report();
    });
  }
  listen(video, "timeupdate", () => {
    show();
    if (!video.paused && Date.now() - kept.reportedMs > REPORT_MS) report();
  });
  listen(video, "ended", () => {
    kept.goesOn = data.end_s < data.duration_s;
    if (kept.goesOn) seek(data.end_s);
  });
  listen(video, "error", () => {
    // addresses end after some minutes: ask once for another one
    if (canPlay() && kept.failed !== data.src) setStateValue("failed", (kept.failed = data.src));
  });

  for (const name of ["play", "frame-back", "frame-on", "full"]) {
    root.querySelector(`[data-do=${name}]`).disabled = !canPlay();
  }
  root.querySelector("[data-do=sound]").hidden = !data.has_sound;
  const note = root.querySelector(".note");
  note.textContent = data.note;
  note.hidden = canPlay();
  video.hidden = !canPlay();
  if (data.jump !== kept.jump) {
    const isFirst = kept.jump === undefined;
    kept.jump = data.jump;
    if (!isFirst) kept.marks = data.marks;
    kept.atS = data.at_s;
    if (!isFirst && kept.piece === data.piece) seek(data.at_s);
  }
  if (canPlay() && (kept.piece !== data.piece || kept.failed === kept.src) && kept.src !== data.src) {
    kept.piece = data.piece;
    kept.src = data.src;
    const startS = kept.atS;
    video.src = data.src;
    video.addEventListener("loadedmetadata", () => {
      video.currentTime = Math.max(startS - data.offset_s, 0);
      if (kept.goesOn) video.play();
      kept.goesOn = false;
    }, { once: true, signal: wiring.signal });
  }
  show();
  return () => wiring.abort();
}

// Whether a key means something else where the focus is.
function isTaken(event) {
  const focused = event.composedPath()[0];
  const role = focused.getAttribute?.("role");
  if (focused.isContentEditable || focused.closest?.("[role=dialog]")) return true;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(focused.tagName)) return true;
  if (role === "slider" || role === "group") return false;
  const presses = /^(BUTTON|A|SUMMARY)$/.test(focused.tagName) || role;
  return presses && (event.key === " " || event.key.startsWith("Arrow"));
}

// "1:02:03.4 / 2:00:00.0 · 2026-03-14 21:30:05 CET"
function written(atS, data) {
  const place = `${clock(atS)} / ${clock(data.duration_s)}`;
  if (data.start_ms == null) return `${place} · time of day not known`;
  const local = new Date(data.start_ms + atS * 1000 + data.zone_ms).toISOString();
  return `${place} · ${local.slice(0, 19).replace("T", " ")} ${data.zone}`;
}

function clock(seconds) {
  const tenths = Math.round(Math.max(seconds, 0) * 10); // as ui/words.py
  const whole = Math.floor(tenths / 10);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const padded = (value) => String(value).padStart(2, "0");
  const start = hours ? `${hours}:${padded(minutes)}` : `${minutes}`;
  return `${start}:${padded(whole % 60)}.${tenths % 10}`;
}
