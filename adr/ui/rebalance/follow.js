// Sits in a part of the page that runs apart from the board: requests a rerun of the part when the board has settled on
// something other than what the part shows.
const known = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let mine = known.get(parentElement);
  if (!mine) {
    mine = {};
    known.set(parentElement, mine);
    mine.check = () => {
      if (window.adrSettled && window.adrSettled !== mine.stamp && window.adrSettled !== mine.asked) {
        mine.asked = window.adrSettled;
        mine.send("settled", window.adrSettled);
      }
    };
    window.addEventListener("adr-settled", mine.check);
  }
  mine.stamp = data.stamp;
  mine.asked = null;
  mine.send = setTriggerValue;
  return () => {
    window.removeEventListener("adr-settled", mine.check);
    known.delete(parentElement);
  };
}
