/** Bundled by `sim/page/build.ts`. */
declare module "*.css";
