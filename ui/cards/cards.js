// Cards of hits: data comes as JSON and is shown as text only, never as markup.
// Keys: "/" to the box for words, arrows between cards, Enter opens, "s" saves.

const CURVES = "retrace-curves";
const STALE_MS = 30_000; // between two wishes for new addresses
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export default function (component) {
  const { parentElement: root, data, setTriggerValue: tell } = component;
  const wall = (root.wall ??= newWall(root));
  wall.tell = tell;
  wall.box = data.box;
  if (wall.shown !== data.version) {
    wall.shown = data.version;
    draw(wall, data);
  }
  return () => wall.end();
}

function newWall(root) {
  const list = make("ol", { role: "list" });
  list.setAttribute("aria-label", "Hits, best first");
  root.append(list);
  const wall = { list, curves: new Map(), toldStale: 0 };
  takeCurves(wall, window.retraceCurves ?? []);
  const onKey = (event) => press(wall, event);
  const onCurves = (event) => takeCurves(wall, event.detail);
  document.addEventListener("keydown", onKey);
  document.addEventListener(CURVES, onCurves);
  wall.end = () => {
    document.removeEventListener("keydown", onKey);
    document.removeEventListener(CURVES, onCurves);
    list.remove();
    root.wall = undefined;
  };
  return wall;
}

function draw(wall, data) {
  const shown = new Set();
  const open = new Set([...wall.list.children].filter((c) => c.opened).map((c) => c.card.group));
  wall.list.className = data.view;
  const cards = data.cards.map((card) => {
    const isFirst = !shown.has(card.group);
    shown.add(card.group);
    return newCard(wall, card, isFirst, open.has(card.group));
  });
  wall.list.replaceChildren(...inGroups(cards));
}

// Further hits of a video follow its best one.
function inGroups(cards) {
  const first = cards.filter((item) => item.isFirst);
  return first.flatMap((best) => cards.filter((item) => item.card.group === best.card.group));
}

function newCard(wall, card, isFirst, isOpen) {
  const item = make("li", { className: isFirst ? "card" : "card more" });
  Object.assign(item, { card, isFirst, opened: isFirst && isOpen });
  item.hidden = !isFirst && !isOpen;
  const link = make("a", { className: "open", href: card.href });
  link.setAttribute("aria-label", `Open ${card.camera}, ${card.when}, ${card.span}`);
  link.append(picture(wall, card, item), said(card));
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
    event.preventDefault();
    wall.tell("opened", card.rank);
  });
  const curve = make("div", { className: "curve" });
  item.append(link, curve, below(wall, item));
  drawCurve(curve, wall.curves.get(card.curve));
  return item;
}

function picture(wall, card, item) {
  const frame = make("div", { className: "picture" });
  const image = make("img", { loading: "lazy", decoding: "async", alt: "", src: card.thumbnail });
  image.addEventListener("error", () => lost(wall, frame));
  const play = () => !calm.matches && (image.src = card.animation);
  const rest = () => image.src !== card.thumbnail && (image.src = card.thumbnail);
  item.addEventListener("mouseenter", play);
  item.addEventListener("mouseleave", rest);
  item.addEventListener("focusin", play);
  item.addEventListener("focusout", rest);
  frame.append(image, make("span", { className: "tag length", textContent: card.length }));
  if (card.isWeak) {
    frame.append(make("span", { className: "tag weak", textContent: "may be chance" }));
  }
  return frame;
}

function lost(wall, frame) {
  if (!frame.querySelector(".lost")) {
    frame.append(make("span", { className: "lost", textContent: "no picture" }));
  }
  if (Date.now() - wall.toldStale < STALE_MS) return;
  wall.toldStale = Date.now(); // addresses open for some minutes only
  wall.tell("stale", Date.now());
}

function said(card) {
  const lines = make("div", { className: "said" });
  const top = line("line", "");
  const score = line("score", `${card.scoreWords} ${card.score}`, "span");
  top.append(line("camera", card.camera, "span"), score);
  top.title = card.camera;
  lines.append(top, line("time", card.when), line("time", card.span), line("file", card.file));
  lines.lastChild.title = card.file;
  for (const [kind, text] of [["reason", card.reason], ["then", card.then]]) {
    if (text) lines.append(line(kind, text));
  }
  return lines;
}

function below(wall, item) {
  const { card } = item;
  const row = make("div", { className: "below" });
  row.append(details(card));
  if (item.isFirst && card.inVideo > 1) row.append(moreButton(wall, item));
  if (card.maySave) {
    const save = make("button", { type: "button", textContent: "Save" });
    save.title = "to the case (s)";
    save.setAttribute("aria-label", `Save hit ${card.rank} to the case`);
    save.addEventListener("click", () => wall.tell("saved", card.rank));
    row.append(save);
  }
  return row;
}

function details(card) {
  const box = make("details");
  const values = make("dl");
  for (const part of [...card.parts, ...card.anomaly.map(asAnomaly)]) {
    values.append(line("", part.name, "dt"), line("", part.value, "dd"));
  }
  box.append(line("", "Parts", "summary"), values);
  for (const text of [card.chance, card.merged]) {
    if (text) box.append(line("", text));
  }
  return box;
}

function asAnomaly(part) {
  return { name: `${part.name} (raw anomaly)`, value: part.value };
}

function moreButton(wall, item) {
  const more = make("button", { type: "button", className: "others" });
  const say = () => {
    const others = item.card.inVideo - 1;
    more.textContent = item.opened ? "Show fewer" : `${others} more in this video`;
    more.setAttribute("aria-expanded", String(item.opened));
  };
  more.addEventListener("click", () => {
    item.opened = !item.opened;
    for (const other of wall.list.children) {
      if (!other.isFirst && other.card.group === item.card.group) other.hidden = !item.opened;
    }
    say();
  });
  say();
  return more;
}

function takeCurves(wall, curves) {
  for (const curve of curves) wall.curves.set(curve.name, curve);
  for (const item of wall.list.children) {
    drawCurve(item.querySelector(".curve"), wall.curves.get(item.card.curve));
  }
}

function drawCurve(place, curve) {
  if (!curve || place.firstChild) return;
  const svg = shape("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", role: "img" });
  svg.setAttribute("aria-label", curve.said);
  svg.append(shape("rect", { class: "span", y: 0, height: 30, x: curve.from, width: curve.width }));
  if (curve.threshold !== null) {
    const y = curve.threshold;
    svg.append(shape("line", { class: "threshold", x1: 0, x2: 100, y1: y, y2: y }));
  }
  svg.append(shape("polyline", { class: "value", points: curve.points }));
  for (const drawn of svg.children) drawn.setAttribute("vector-effect", "non-scaling-stroke");
  place.append(svg, line("", curve.label));
}

function press(wall, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.composedPath()[0])) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector(`input[aria-label="${CSS.escape(wall.box)}"]`)?.focus();
    return;
  }
  const shown = [...wall.list.children].filter((item) => !item.hidden);
  const at = shown.findIndex((item) => item.contains(wall.list.getRootNode().activeElement));
  if (event.key === "s" && shown[at]?.card.maySave) wall.tell("saved", shown[at].card.rank);
  const next = shown[nextOf(shown, at, event.key)];
  if (!next) return;
  event.preventDefault();
  next.querySelector("a.open").focus();
  next.scrollIntoView({ block: "nearest" });
}

function nextOf(shown, at, key) {
  const top = shown[0]?.offsetTop;
  const columns = Math.max(1, shown.filter((item) => item.offsetTop === top).length);
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  if (!(key in steps)) return -1;
  if (at >= 0) return at + steps[key];
  return document.activeElement === document.body && steps[key] > 0 ? 0 : -1;
}

function isTyping(element) {
  return Boolean(element?.closest?.("input, textarea, select, [contenteditable], [role=slider]"));
}

function line(className, text, tag = "div") {
  return make(tag, { className, textContent: text });
}

function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

function shape(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
