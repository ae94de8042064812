// What others' runs left: Rec-R1's result files with stored rankings, and its generations.
import { KEY } from '../format.ts'
import type { Format, Place, Row, Sink } from '../format.ts'
import { entries, has, hasAny, number, shown, text } from './cells.ts'

const NOT_MEASURES: ReadonlySet<string> = new Set([KEY, 'id', 'retrieved', 'target', 'query'])

/** `{"<id>_<query>": {id?, retrieved, target, "ndcg@100": …}}`; lists are texts that Python printed. */
export const REC_R1_RESULTS: Format = {
  name: 'Rec-R1 results',
  role: 'results',
  matches: (shape) => has(shape, 'retrieved') && hasAny(shape, 'target', KEY),
  read(row, at, sink) {
    const [, number0 = '', words = ''] = /^(\d+)_([\s\S]*)$/.exec(typeof row[KEY] === 'string' ? row[KEY] : '') ?? []
    const queryId = text(row['id']) || number0 || text(row[KEY]) || String(at.row - 1)
    const query = words || text(row['query']) || (number0 === '' ? text(row[KEY]) : '')
    const [ids, targets] = [entries(row['retrieved']), entries(row['target'])]
    if (row['retrieved'] === undefined || row['retrieved'] === null) {
      sink.reject(at, 'retrieved', 'retrieved is missing; a list of product ids is needed, [] for an empty ranking')
    } else if (ids === undefined) rejectList(row, 'retrieved', at, sink)
    else if (targets === undefined) rejectList(row, 'target', at, sink)
    else {
      const measures: Record<string, number> = {}
      for (const [name, cell] of Object.entries(row)) {
        const value = NOT_MEASURES.has(name) ? undefined : number(cell)
        if (value !== undefined && !Number.isNaN(value)) measures[name] = value
      }
      sink.retrieved({ queryId, ids, targets, measures, ...(query === '' ? {} : { text: query }) }, at)
    }
  },
}

/** `{"<row of the test Parquet>": {generated_text, target}}`. */
export const REC_R1_OUTPUTS: Format = {
  name: 'Rec-R1 generations',
  role: 'outputs',
  matches: (shape) => has(shape, 'generated_text') && !has(shape, 'retrieved'),
  read(row, at, sink) {
    if (typeof row['generated_text'] !== 'string') {
      const remedy = 'the model\'s output is needed as a text, "" for an empty one'
      sink.reject(at, 'generated_text', `generated_text is "${shown(row['generated_text'])}"; ${remedy}`)
      return
    }
    const targets = entries(row['target'])
    if (targets === undefined) rejectList(row, 'target', at, sink)
    else sink.output({ queryId: text(row[KEY]) || text(row['id']) || String(at.row - 1), text: row['generated_text'], targets }, at)
  },
}

function rejectList(row: Row, column: string, at: Place, sink: Sink): void {
  sink.reject(at, column, `${column} is "${shown(row[column])}", which is no list of product ids; store the file again`)
}
