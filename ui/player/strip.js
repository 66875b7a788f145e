// The storyboard, and over it and the chart below: the cursor, the marked part, clicks and drags.
// The chart is found by the class of the container that Streamlit gives to its key.

const DRAG_PX = 6;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".strip");
  root.wiring?.abort();
  const wiring = (root.wiring = new AbortController());
  const listen = (target, name, act) => target.addEventListener(name, act, { signal: wiring.signal });
  const part = (name) => root.querySelector(`.${name}`);
  const board = part("board");
  const chart = () => document.querySelector(data.chart);
  const lengthS = data.end_s - data.start_s;

  // Where the plots lie: left and right edge, and the lower end of the lowest.
  function plots() {
    const own = root.getBoundingClientRect();
    const found = [...(chart()?.querySelectorAll("svg path.background") ?? [])]
      .map((path) => path.getBoundingClientRect())
      .filter((box) => box.width > 50);
    if (!found.length) return { left: 0, width: own.width, bottom: board.offsetHeight + 4 };
    const widest = found.reduce((one, other) => (one.width >= other.width ? one : other));
    const bottom = Math.max(...found.map((box) => box.bottom)) - own.top;
    return { left: widest.left - own.left, width: widest.width, bottom };
  }

  function place(name, startS, endS) {
    const { left, width, bottom } = plots();
    const [from, to] = [startS, endS].map((s) => (s - data.start_s) / lengthS);
    const box = part(name);
    box.hidden = to < 0 || from > 1;
    const [first, last] = [Math.max(from, 0), Math.min(to, 1)];
    box.style.left = `${left + first * width}px`;
    if (name !== "cursor") box.style.width = `${(last - first) * width}px`;
    box.style.height = `${bottom + 4}px`;
  }

  function draw() {
    const { left, width } = plots();
    board.style.marginLeft = `${left}px`;
    board.style.width = `${width}px`;
    drawTiles(board, width, data);
    follow();
  }

  function follow() {
    const { atS, marks } = root.told ?? {};
    if (atS == null) return;
    place("cursor", atS, atS);
    board.setAttribute("aria-valuemax", String(data.duration_s));
    board.setAttribute("aria-valuenow", atS.toFixed(1));
    const [startS, endS] = [marks?.start_s ?? null, marks?.end_s ?? null];
    if (startS == null && endS == null) part("marked").hidden = true;
    else place("marked", startS ?? endS, endS ?? startS);
  }

  function timeAt(clientX) {
    const { left, width } = plots();
    const share = (clientX - root.getBoundingClientRect().left - left) / width;
    return data.start_s + Math.min(Math.max(share, 0), 1) * lengthS;
  }

  const seek = (atS) => window.dispatchEvent(new CustomEvent("retrace:seek", { detail: { atS } }));

  function press(down) {
    if (down.button !== 0) return;
    const dragging = new AbortController();
    const isDrag = (event) => Math.abs(event.clientX - down.clientX) > DRAG_PX;
    const ordered = (event) => [timeAt(down.clientX), timeAt(event.clientX)].sort((a, b) => a - b);
    const until = { signal: AbortSignal.any([dragging.signal, wiring.signal]) };
    window.addEventListener("pointermove", (event) => {
      if (isDrag(event)) place("dragged", ...ordered(event));
    }, until);
    window.addEventListener("pointerup", (up) => {
      dragging.abort();
      part("dragged").hidden = true;
      board.focus({ preventScroll: true });
      if (isDrag(up)) setTriggerValue("zoom", ordered(up));
      else seek(timeAt(up.clientX));
    }, until);
  }

  listen(board, "pointerdown", press);
  listen(board, "keydown", (event) => {
    const step = { PageDown: -0.1, PageUp: 0.1 }[event.key]; // arrows are the player's
    const edge = { Home: data.start_s, End: data.end_s }[event.key];
    if (step === undefined && edge === undefined) return;
    event.preventDefault();
    seek(edge ?? (root.told?.atS ?? data.start_s) + step * lengthS);
  });
  listen(window, "retrace:at", (event) => {
    root.told = event.detail;
    follow();
  });

  // The chart comes and goes at its own times: what it is then is looked up when it matters.
  let isDue = false;
  function redraw() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      if (!wiring.signal.aborted) draw();
    });
  }
  listen(document, "pointerdown", (event) => {
    if (chart()?.contains(event.target)) press(event);
  });
  const observers = [new ResizeObserver(redraw), new MutationObserver(redraw)];
  observers[0].observe(root);
  observers[1].observe(document.body, { childList: true, subtree: true });
  wiring.signal.addEventListener("abort", () => observers.forEach((one) => one.disconnect()));
  draw();
  window.dispatchEvent(new CustomEvent("retrace:hello"));
  return () => wiring.abort();
}

// Pictures side by side, each from its share of the width on.
function drawTiles(board, width, { tiles, tile, sheet, note }) {
  board.querySelector(".note").textContent = note;
  const shown = JSON.stringify([width, sheet]);
  if (board.shown === shown) return;
  board.shown = shown;
  board.querySelectorAll(".tile").forEach((one) => one.remove());
  if (!tiles.length) return;
  const slot = width / tiles.length;
  const scale = (slot + 1) / tile.width; // a pixel more: no seams
  board.style.setProperty("--board-height", `${Math.round(tile.height * scale)}px`);
  tiles.forEach(({ left, top }, index) => {
    const picture = document.createElement("div");
    picture.className = "tile";
    Object.assign(picture.style, {
      left: `${index * slot}px`,
      width: `${slot + 1}px`,
      height: `${tile.height * scale}px`,
      backgroundImage: `url("${encodeURI(sheet.url)}")`,
      backgroundSize: `${sheet.width * scale}px ${sheet.height * scale}px`,
      backgroundPosition: `${-left * scale}px ${-top * scale}px`,
    });
    board.append(picture);
  });
}
