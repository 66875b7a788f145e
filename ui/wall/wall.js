// Several recordings on one clock. Names are set as text, never as HTML.
const DRIFT_S = 0.25;

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".wall");
  const shown = JSON.stringify(data);
  if (root.dataset.shown === shown) return;
  root.dataset.shown = shown;
  root.stop?.();
  root.stop = open(root, data);
}

function open(root, data) {
  const find = (name) => root.querySelector(name);
  const [play, time, clock, sound] = [".play", ".time", ".clock", ".sound"].map(find);
  const panes = data.panes.map(makePane);
  find(".panes").replaceChildren(...panes.map((pane) => pane.figure));
  Object.assign(time, { min: data.from_s, max: data.to_s, value: 0 });
  const now = { at_s: 0, plays: false, seen: 0 };

  function show() {
    time.value = now.at_s;
    clock.textContent = said(now.at_s, data);
    time.setAttribute("aria-valuetext", clock.textContent);
    play.textContent = now.plays ? "Pause" : "Play";
    for (const pane of panes) follow(pane, now);
  }
  function seek(at_s) {
    now.at_s = Math.min(Math.max(at_s, data.from_s), data.to_s);
    show();
  }
  function tick(stamp) {
    if (!now.plays) return;
    const at_s = now.at_s + (stamp - now.seen) / 1000;
    now.seen = stamp;
    now.plays = at_s < data.to_s;
    seek(at_s);
    requestAnimationFrame(tick);
  }
  play.onclick = () => {
    now.plays = !now.plays;
    now.seen = performance.now();
    if (now.plays && now.at_s >= data.to_s) now.at_s = data.from_s;
    requestAnimationFrame(tick);
    show();
  };
  for (const step of root.querySelectorAll(".step"))
    step.onclick = () => seek(now.at_s + Number(step.dataset.by));
  time.oninput = () => seek(Number(time.value));
  sound.onclick = () => {
    const loud = sound.getAttribute("aria-pressed") !== "true";
    sound.setAttribute("aria-pressed", String(loud));
    for (const pane of panes) pane.video.muted = !loud;
  };
  show();
  return () => { now.plays = false; };
}

function makePane(told) {
  const [figure, picture, video, away, caption, title] =
    ["figure", "div", "video", "div", "figcaption", "strong"].map((n) => document.createElement(n));
  picture.className = "picture";
  away.className = "away";
  Object.assign(video, { src: told.url, muted: true, preload: "auto", playsInline: true });
  video.setAttribute("aria-label", told.title);
  title.textContent = told.title;
  const lines = told.lines.map((text) => {
    const line = document.createElement("span");
    line.textContent = text;
    return line;
  });
  const pane = { figure, video, away, told, failed: false };
  video.onloadeddata = video.onseeked = () => figure.classList.remove("waits");
  figure.className = "waits";
  video.onerror = () => { pane.failed = true; silence(pane, "This recording cannot be played here."); };
  caption.append(title, ...lines);
  picture.append(video, away);
  figure.append(picture, caption);
  return pane;
}

// Brings one recording to the common clock, where it has a picture of that time.
function follow(pane, now) {
  if (pane.failed) return;
  const { video, told } = pane;
  const at_s = told.zero_s + now.at_s;
  const has = at_s >= 0 && at_s < told.duration_s;
  pane.figure.classList.toggle("silent", !has);
  if (!has) return silence(pane, "Nothing was recorded here at this time.");
  if (!now.plays || Math.abs(video.currentTime - at_s) > DRIFT_S) video.currentTime = at_s;
  if (now.plays && video.paused) video.play().catch(() => {}); // the next seek interrupts it
  if (!now.plays) video.pause();
}

function silence(pane, why) {
  pane.figure.classList.add("silent");
  pane.away.textContent = why;
  pane.video.pause();
}

// "2026-03-14 21:30:05.2 CET", or "+3.2 s" where there is no common clock.
function said(at_s, { clock_ms, zone }) {
  if (clock_ms === null) return `${at_s < 0 ? "−" : "+"}${Math.abs(at_s).toFixed(1)} s`;
  const part = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit",
    minute: "2-digit", second: "2-digit", fractionalSecondDigits: 1, timeZoneName: "short",
    hourCycle: "h23", timeZone: zone };
  const parts = new Intl.DateTimeFormat("en-GB", part).formatToParts(clock_ms + at_s * 1000);
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${of.year}-${of.month}-${of.day} ${of.hour}:${of.minute}:${of.second}.` +
    `${of.fractionalSecond} ${of.timeZoneName}`;
}
