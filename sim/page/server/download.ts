/** Headers of a file that the browser saves. */
export function download(type: string, name: string): Record<string, string> {
  return { "Content-Type": type, "Content-Disposition": `attachment; filename="${name}"` };
}
