// Files that a person gave: the name of the dataset they make, and a name of its own for each.

const ENDINGS = /\.(parquet|csv|tsv|jsonl|json|txt|gz|qrels|run|trec)$/i
const NAMED = 3

function stem(name: string): string {
  const shorter = name.replace(ENDINGS, '')
  return shorter === name || shorter === '' ? name : stem(shorter)
}

/** The files' names without their endings, the first few. */
export function nameOf(files: readonly File[]): string {
  const named = files.slice(0, NAMED).map(({ name }) => stem(name)).join(' + ')
  return files.length > NAMED ? `${named} and ${files.length - NAMED} more` : named
}

/** `given` beside `before`: a file that is there already is left away, and another of the same name (from another folder) is numbered. */
export function withOwnNames(given: readonly File[], before: readonly File[]): File[] {
  const all = [...before]
  const added: File[] = []
  for (const file of given) {
    const same = ({ size, lastModified }: File): boolean => size === file.size && lastModified === file.lastModified
    if (all.some((other) => other.name === file.name && same(other))) continue
    let name = file.name
    for (let number = 2; all.some((other) => other.name === name); number++) name = numbered(file.name, number)
    const own = name === file.name ? file : new File([file], name, { lastModified: file.lastModified })
    all.push(own)
    added.push(own)
  }
  return added
}

/** 'part.csv.gz' becomes 'part (2).csv.gz'. */
function numbered(name: string, number: number): string {
  const short = stem(name)
  return `${short} (${number})${name.slice(short.length)}`
}
