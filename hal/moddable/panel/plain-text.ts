/** Letters that the board's font does not have, and how they are written without them. */
const PLAIN: Readonly<Record<string, string>> = {
  à: "a",
  â: "a",
  ç: "c",
  è: "e",
  é: "e",
  ê: "e",
  ë: "e",
  î: "i",
  ï: "i",
  ô: "o",
  ù: "u",
  û: "u",
  œ: "oe",
  À: "A",
  Ç: "C",
  É: "E",
  È: "E",
  Ê: "E",
  "’": "'",
  "«": '"',
  "»": '"',
  "…": "...",
  "–": "-",
  "—": "-",
  "·": "-",
  "\u00a0": " ",
  "\u202f": " ",
};

/** `text` in printable ASCII, which is what the SDK's fonts have; undefined when it cannot be written so. */
export function plainText(text: string): string | undefined {
  let plain = "";
  for (const letter of text) {
    const replaced = PLAIN[letter] ?? letter;
    if (!/^[ -~]*$/.test(replaced)) return undefined;
    plain += replaced;
  }
  return plain;
}
