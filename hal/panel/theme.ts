/**
 * Colours, 0xRRGGBB. Yellow, blue and orange are those of Okabe and Ito (Color Universal Design, 2008), which people with any kind
 * of colour vision tell apart; nothing is told by colour alone. `tests/panel/screen/theme.test.ts` holds every pair of letters to 7:1.
 */
export const Colour = {
  back: 0x0d1220,
  /** Of a screen without a light of its own that is to be off. */
  dark: 0x000000,
  key: 0x233049,
  ink: 0xffffff,
  quiet: 0xc3cee0,
  /** What to touch first, and the bin that is meant; letters on it are `back`. */
  accent: 0xf0e442,
  good: 0x56b4e9,
  bad: 0xffa733,
  /** Doors and bins that are not meant, and where a letter goes: 3:1, as WCAG 1.4.11 wants for what is no text. */
  shape: 0x667aa3,
} as const;
