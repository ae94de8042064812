// What a rewrite did to a query, word by word: the longest common subsequence kept, words that only moved said so, the rest added or left out.

export interface DiffWord {
  readonly word: string
  /** `moved` stands where the rewrite has it: no word was lost or won */
  readonly change: 'kept' | 'moved' | 'added' | 'left out'
}

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '')
const plain = (word: string): string => word.toLowerCase().replaceAll(/^\p{P}+|\p{P}+$/gu, '')

/** Words of `to` in order, with the words of `from` that it left out where they stood. Case and outer punctuation do not count. */
export function wordDiff(from: string, to: string): DiffWord[] {
  const [a, b] = [wordsOf(from), wordsOf(to)]
  const [plainA, plainB] = [a.map(plain), b.map(plain)]
  const same = (i: number, j: number): boolean => plainA[i] === plainB[j]
  // longest[i][j]: length of the longest common subsequence of a[i…] and b[j…]
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] = same(i, j) ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
    }
  }
  const words: { readonly word: string; readonly plain: string; change: DiffWord['change'] }[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && same(i, j)) {
      words.push({ word: b[j]!, plain: plainB[j]!, change: 'kept' })
      i++
      j++
    } else if (j >= b.length || (i < a.length && longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      words.push({ word: a[i]!, plain: plainA[i++]!, change: 'left out' })
    } else {
      words.push({ word: b[j]!, plain: plainB[j++]!, change: 'added' })
    }
  }
  return withoutMoves(words)
}

/** A word left out at one place and added at another only moved. */
function withoutMoves(words: readonly { readonly word: string; readonly plain: string; change: DiffWord['change'] }[]): DiffWord[] {
  const leftOut = new Map<string, number>()
  for (const { plain: said, change } of words) if (change === 'left out') leftOut.set(said, (leftOut.get(said) ?? 0) + 1)
  const gone = new Map<string, number>()
  for (const one of words) {
    const free = leftOut.get(one.plain) ?? 0
    if (one.change !== 'added' || free === 0) continue
    leftOut.set(one.plain, free - 1)
    gone.set(one.plain, (gone.get(one.plain) ?? 0) + 1)
    one.change = 'moved'
  }
  return words.flatMap(({ word, plain: said, change }) => {
    const away = gone.get(said) ?? 0
    if (change !== 'left out' || away === 0) return [{ word, change }]
    gone.set(said, away - 1)
    return []
  })
}
