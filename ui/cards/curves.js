// Hands curves that come after the cards to them.
export default function ({ data }) {
  document.dispatchEvent(new CustomEvent("retrace-curves", { detail: data.curves }));
}
