/**
 * How many bytes of erased NOR flash (0xff) stand in a row in `bytes` from `from` on, before `end`. A boot looks through kilobytes of blank
 * flash: four words at a time cost an eighth of what sixteen bytes do. `bytes` must begin where a word of its buffer does.
 */
export function erasedRun(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  // What is asked most often is whether a frame stands there.
  if (at < end && bytes[at] !== 0xff) return 0;
  for (; at < end && (at & 3) !== 0; at++) if (bytes[at] !== 0xff) return at - from;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let word = at >>> 2;
  const wordsEnd = end >>> 2;
  while (word + 3 < wordsEnd && (words[word]! & words[word + 1]! & words[word + 2]! & words[word + 3]!) === -1)
    word += 4;
  while (word < wordsEnd && words[word] === -1) word++;
  at = Math.max(at, word << 2);
  while (at < end && bytes[at] === 0xff) at++;
  return at - from;
}
