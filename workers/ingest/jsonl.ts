// One record a line: JSON lines, Python literals, TREC's fields between spaces.
import { blocksOf, offsetOf } from './lines.ts'
import { parseJson } from './literal.ts'
import { parsePython } from './python.ts'
import { FileError, type Source, type Take } from './source.ts'

export type LineContainer = 'jsonl' | 'python' | 'trec'
type Row = Readonly<Record<string, unknown>>

const LINE_FEED = 10
const RUN = ['qid', 'iter', 'docid', 'rank', 'score', 'tag']
const QRELS = ['qid', 'iter', 'docid', 'rel']
const PARSERS: Readonly<Record<LineContainer, (line: string) => Row>> = { jsonl: parseJsonLine, python: parsePythonLine, trec: parseTrecLine }
const NAMES: Readonly<Record<LineContainer, string>> = { jsonl: 'JSON', python: 'Python', trec: 'TREC' }

/**
 * Reads every line that is not blank as a record. A line that can't be read is rejected; the last one, when no line feed ends it, shows that the
 * file was cut off and is an Error with its byte offset.
 */
export async function readLines(source: Source, container: LineContainer, take: Take): Promise<void> {
  const parse = PARSERS[container]
  let number = 0
  for await (const block of blocksOf(source)) {
    const { text, bad, last } = block
    let nextBad = 0
    for (let start = 0; start < text.length;) {
      if (text.charCodeAt(start) === LINE_FEED) {
        start++
        continue
      }
      const feed = text.indexOf('\n', start)
      const end = feed === -1 ? text.length : feed
      const line = text.slice(start, end).trim()
      if (line !== '') {
        number++
        while (nextBad < bad.length && bad[nextBad]!.end <= start) nextBad++
        const problem = bad[nextBad]
        if (problem !== undefined && problem.start < end) take.reject(number, '', problem.reason)
        else {
          let row: Row | undefined
          try {
            row = parse(line)
          } catch (cause) {
            const reason = cause instanceof Error ? cause.message : String(cause)
            if (last && feed === -1) {
              const offset = offsetOf(block, start)
              throw new FileError(
                `file ${source.file.name} breaks off in row ${number} at byte offset ${offset} (${reason}): it was cut off; nothing of it was `
                + `used, get it again`,
                { cause },
              )
            }
            take.reject(number, '', `the line is no ${NAMES[container]} record (${reason}): ${JSON.stringify(line.slice(0, 80))}`)
          }
          if (row !== undefined) take.row(row, number)
        }
      }
      start = end + 1
    }
  }
}

export function parseJsonLine(line: string): Row {
  const value = parseJson(line)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Error(`it is ${Array.isArray(value) ? 'a list' : `a ${value === null ? 'null' : typeof value}`}, not an object`)
  }
  return value as Row
}

export function parsePythonLine(line: string): Row {
  const value = parsePython(line)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('it is not a dict')
  return value as Row
}

/** A run's line (query, Q0, document, rank, score, tag) or a judgement's (query, iteration, document, grade). */
export function parseTrecLine(line: string): Row {
  const fields = line.split(/\s+/)
  const names = fields.length === RUN.length ? RUN : fields.length === QRELS.length ? QRELS : undefined
  if (names === undefined) throw new Error(`it has ${fields.length} fields; a run's line has ${RUN.length}, a judgement's ${QRELS.length}`)
  return Object.fromEntries(names.map((name, i) => [name, fields[i]]))
}
