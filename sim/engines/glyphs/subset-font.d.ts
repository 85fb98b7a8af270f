declare module "subset-font" {
  /** The letters of `text` as a font of their own; axes of a variable font are pinned to the values given. */
  export default function subsetFont(
    font: Buffer,
    text: string,
    options: { readonly targetFormat: "truetype"; readonly variationAxes?: Readonly<Record<string, number>> },
  ): Promise<Buffer>;
}
