import type { SheetCode, SheetTarget } from "../../sheets.js";
import { markOf } from "../mark.js";
import { byName, grouped, type Pack, type PackBin, twoDigits } from "../pack.js";
import { contentOf } from "../pdf/codes.js";
import { facts } from "../pdf/first-page.js";
import { placeText } from "../pdf/keys.js";
import type { PackTextId, Words } from "../texts/texts.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";

export interface PageEntry {
  readonly pack: Pack;
  readonly words: Words;
}

/**
 * One HTML file for a phone that has neither signal nor server: nothing is loaded, and the policy in its head forbids it. Reads
 * without script too; the script only searches.
 */
export function packPage(entries: readonly PageEntry[]): string {
  const first = entries[0]!;
  const { words } = first;
  const title = entries.length === 1 ? `${first.pack.box} · ${words.say("title")}` : words.say("title");
  const links = entries.map(({ pack }) => `<a href="#${html(pack.box)}">${html(pack.box)}</a>`).join("");
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="search"><input id="search" type="search" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="${html(words.say("page-search"))}" aria-label="${html(words.say("page-search"))}"></div>
${entries.length > 1 ? `<nav aria-label="${html(words.say("page-choose-box"))}">${links}</nav>` : ""}
<p id="none" hidden>${html(words.say("page-none"))}</p>
${entries.map((entry) => section(entry)).join("\n")}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function section({ pack, words }: PageEntry): string {
  const { sheet } = pack;
  const mark = markOf(pack, words);
  const bar = mark === undefined ? "" : `<p class="old">${html(mark.bar)}</p>`;
  const note = mark?.note === undefined ? "" : `<p class="lead">${html(mark.note)}</p>`;
  const target = (name: string) => sheet?.targets.find((one) => one.target === name);
  const whole =
    sheet === undefined ? "" : wholeBox(words, target("all")!, "all") + wholeBox(words, target("unmount")!, "unmount");
  const away = byName(pack, words.language).filter((key) => key.place.kind !== "here");
  const elsewhere = away
    .map(
      ({ name, fob, place }) =>
        `<li data-find="${html(findable(name, fob))}"><b dir="auto">${html(name)}</b><span class="fob">${html(fob)}</span><span dir="auto">${html(placeText(place, words))}</span></li>`,
    )
    .join("");
  return `<section id="${html(pack.box)}" lang="${words.language}">
${bar}${note}
<header><h1>${html(pack.box)}</h1>${sheet === undefined ? "" : `<p class="sheet">${html(words.say("sheet"))}</p>`}</header>
<p class="facts"><span dir="auto">${html(pack.location.name)}</span> · ${pack.model}<br>${facts(pack, words).map(html).join("<br>")}</p>
<p class="lead">${html(words.say(sheet === undefined ? "plan-purpose" : "purpose"))}</p>
<h2 class="rest">${html(words.say("page-what"))}</h2>
${situations(pack, words)}
${whole}
${pack.bins.map((bin) => binCard(words, bin, target(`bin:${bin.label}`))).join("\n")}
<div class="away"><h2>${html(words.say("page-elsewhere"))}</h2><ul>${elsewhere}</ul></div>
</section>`;
}

function situations(pack: Pack, words: Words): string {
  const plan = pack.sheet === undefined ? "plan-" : "";
  const kinds = ["power", "internet", "cloud"] as const;
  const blocks = kinds.map((kind) => {
    const ids = [1, 2, 3].map(
      (step) => (`${plan}${kind}-${step}` === "cloud-2" ? "page-cloud-2" : `${plan}${kind}-${step}`) as PackTextId,
    );
    return details(words, kind, `${plan}${kind}-sign` as PackTextId, ids);
  });
  const last =
    pack.sheet === undefined
      ? details(words, "plan-before", undefined, ["plan-before-1", "plan-before-2", "plan-before-3"])
      : details(words, "how-title", undefined, ["how-1", "how-2", "how-3", "how-4", "how-5"]);
  return [...blocks, last].join("\n");
}

function details(words: Words, title: PackTextId, sign: PackTextId | undefined, ids: readonly PackTextId[]): string {
  const steps = ids.map((id) => `<li>${html(words.say(id))}</li>`).join("");
  const small = sign === undefined ? "" : `<small>${html(words.say(sign))}</small>`;
  return `<details class="rest"><summary>${html(words.say(title))}${small}</summary><ol>${steps}</ol></details>`;
}

function wholeBox(words: Words, target: SheetTarget, id: "all" | "unmount"): string {
  return `<details class="rest"><summary>${html(words.say(id))}<small>${html(words.say(`${id}-note`))}</small></summary>${codes(words, target.codes)}</details>`;
}

function binCard(words: Words, bin: PackBin, target: SheetTarget | undefined): string {
  const { content } = bin;
  const fob = content === undefined ? "" : `<span class="fob">${html(content.fob)}</span>`;
  const find = findable(bin.label, content?.name ?? "", content?.fob ?? "");
  const next = target?.codes.find((code) => code.state === "good");
  const shown =
    target === undefined
      ? ""
      : `<details><summary class="next">${next === undefined ? "—" : `<i>${twoDigits(next.number)}</i><code>${grouped(next.code)}</code>`}<small>${html(words.say("page-other-codes"))}</small></summary>${codes(words, target.codes)}</details>`;
  return `<article data-find="${html(find)}"><h3>${html(bin.label)}</h3><p class="key"><b dir="auto">${html(contentOf(bin, words))}</b>${fob}</p>${shown}</article>`;
}

function codes(words: Words, list: readonly SheetCode[]): string {
  const items = list.map(({ number, code, state, usedAt }) => {
    if (state === "good") return `<li><i>${twoDigits(number)}</i><code>${grouped(code)}</code></li>`;
    const when = usedAt === undefined ? "" : ` ${words.day(usedAt)}`;
    const why = state === "used" ? `<small>${html(words.say("page-used") + when)}</small>` : "";
    return `<li class="gone"><i>${twoDigits(number)}</i><code><s>${grouped(code)}</s></code>${why}</li>`;
  });
  return `<ul class="codes">${items.join("")}</ul>`;
}

/** What a search looks in; the script folds what is typed in the same way. */
function findable(...texts: readonly string[]): string {
  return texts
    .join(" ")
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .toLowerCase();
}

function html(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
