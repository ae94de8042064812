// What a rewrite did to a query, word by word: the longest common subsequence kept, the rest added or left out.

export interface DiffWord {
  readonly word: string
  readonly change: 'kept' | 'added' | 'left out'
}

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '')
const plain = (word: string): string => word.toLowerCase().replaceAll(/^\p{P}+|\p{P}+$/gu, '')

/** Words of `to` in order, with the words of `from` that it left out where they stood. Case and outer punctuation do not count. */
export function wordDiff(from: string, to: string): DiffWord[] {
  const [a, b] = [wordsOf(from), wordsOf(to)]
  const same = (i: number, j: number): boolean => plain(a[i]!) === plain(b[j]!)
  // longest[i][j]: length of the longest common subsequence of a[i…] and b[j…]
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] = same(i, j) ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
    }
  }
  const words: DiffWord[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && same(i, j)) {
      words.push({ word: b[j]!, change: 'kept' })
      i++
      j++
    } else if (j >= b.length || (i < a.length && longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      words.push({ word: a[i++]!, change: 'left out' })
    } else {
      words.push({ word: b[j++]!, change: 'added' })
    }
  }
  return words
}
