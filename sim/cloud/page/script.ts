/** Fetches the page again every two seconds and puts the new facts in place; what was unfolded stays unfolded. */
export const SCRIPT = `
setInterval(async () => {
  let isThere = false;
  try {
    const answer = await fetch(location.href);
    isThere = answer.ok;
    if (isThere) {
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const section of next.querySelectorAll("section")) {
        const old = document.getElementById(section.id);
        if (old === null) { location.reload(); return; }
        if (old.querySelector("details")?.open) section.querySelector("details")?.setAttribute("open", "");
        if (old.outerHTML !== section.outerHTML) old.replaceWith(section);
      }
    }
  } catch {}
  document.getElementById("stale").hidden = isThere;
}, 2000);
`;
