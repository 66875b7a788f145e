// Hands curves to the cards: to those that are there, and to those that are drawn later.
export default function ({ data }) {
  window.retraceCurves = data.curves;
  document.dispatchEvent(new CustomEvent("retrace-curves", { detail: data.curves }));
}
