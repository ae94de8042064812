// Names of the files that the page saves, made of names that people and data sets gave.

/** Beyond so many letters a name is cut: file systems take 255 bytes, and a letter may be four. */
const MOST_LETTERS = 60

/** `text` as part of a file's name that every system takes: letters of any script, digits, `_`, `.` and `-`; `fallback` where none is left. */
export function fileName(text: string, fallback: string, most = MOST_LETTERS): string {
  const plain = text.normalize('NFC').replaceAll(/[^\p{L}\p{M}\p{N}_.-]+/gu, '-').replaceAll(/^[-.]+/gu, '')
  return Array.from(plain).slice(0, most).join('').replaceAll(/[-.]+$/gu, '') || fallback
}
