// Hands what is known of the point under the pointer to the map on the same page, which shows it there. Draws nothing, so
// that the answer to a pointer is a few kilobytes beside the map and not part of it.
export default function (component) {
  const { data } = component;
  if (data) window.dispatchEvent(new CustomEvent("adr-map-tip", { detail: data }));
}
