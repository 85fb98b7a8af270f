/** Runs on the phone: shows only what holds every word that is typed, and says so when nothing does. */
export const SCRIPT = `
const box = document.getElementById("search");
const rows = [...document.querySelectorAll("[data-find]")];
const rest = [...document.querySelectorAll(".rest")];
const none = document.getElementById("none");
function search() {
  const words = box.value.normalize("NFKD").replace(/[\\u0300-\\u036f]/g, "").toLowerCase().split(/\\s+/).filter(Boolean);
  let found = 0;
  for (const row of rows) {
    row.hidden = !words.every((word) => row.dataset.find.includes(word));
    if (!row.hidden) found++;
  }
  for (const one of rest) one.hidden = words.length > 0;
  for (const list of document.querySelectorAll(".away")) list.hidden = list.querySelector("li:not([hidden])") === null;
  for (const part of document.querySelectorAll("section")) part.hidden = words.length > 0 && part.querySelector("[data-find]:not([hidden])") === null;
  none.hidden = words.length === 0 || found > 0;
}
box.addEventListener("input", search);
search();
`;
