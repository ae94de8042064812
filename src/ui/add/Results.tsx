// Result files measured again: what each stores beside what its rankings come to, and how many of its entries agree.
import { csvCell, csvLine } from '../../domain/csv.ts'
import type { StoredCheck } from '../../state/data/adding.ts'
import { count } from '../parts/format.ts'
import { saveBlob } from '../parts/save.ts'
import { Sideways } from '../parts/Sideways.tsx'

const DIGITS = 4

interface Line {
  readonly file: string
  readonly measure: string
  /** means over the entries that hold the measure */
  readonly stored: number
  readonly mean: number
  /** share of them whose value follows from the ranking */
  readonly equal: number
  readonly queries: number
}

function linesOf(checks: readonly StoredCheck[]): readonly Line[] {
  return checks.flatMap((check) => ('recomputed' in check
    ? Object.entries(check.recomputed.metrics).map(([measure, recomputed]) => ({ file: check.file, measure, ...recomputed }))
    : []))
}

function csvOf(lines: readonly Line[]): string {
  const rows = lines.map(({ file, measure, stored, mean, equal, queries }) => [file, measure, stored, mean, equal, queries])
  return [['file', 'measure', 'stored_mean', 'recomputed_mean', 'share_equal', 'entries'], ...rows].map((row) => csvLine(row.map(csvCell))).join('')
}

function save(lines: readonly Line[]): void {
  saveBlob('recomputed measures.csv', new Blob([csvOf(lines)], { type: 'text/csv' }))
}

export function Results({ checks }: { readonly checks: readonly StoredCheck[] }) {
  const lines = linesOf(checks)
  const faults = checks.flatMap((check) => {
    if ('fault' in check) return [`${check.file}: ${check.fault}`]
    const { leftOut, unknown } = check.recomputed
    return [
      ...(leftOut > 0 ? [`${check.file}: ${count(leftOut)} entries have no targets or no measures, and are left out`] : []),
      ...(unknown.length > 0 ? [`${check.file}: nobody here knows the measures ${unknown.join(', ')}`] : []),
    ]
  })
  return (
    <section className="results-check" aria-label="Stored measures, recomputed">
      <h3>Stored measures, recomputed <small>from the rankings and targets beside them, by the released code’s definitions</small></h3>
      {lines.length > 0 && (
        <>
          <Sideways label="Result files">
            <table className="cells">
              <thead>
                <tr>
                  <th scope="col">File</th><th scope="col">Measure</th><th scope="col" className="number">Stored mean</th>
                  <th scope="col" className="number">Recomputed mean</th><th scope="col" className="number">Entries that agree</th>
                  <th scope="col" className="number">Entries</th>
                </tr>
              </thead>
              <tbody>
                {lines.map(({ file, measure, stored, mean, equal, queries }) => (
                  <tr key={`${file} ${measure}`}>
                    <td title={file}>{file}</td><td>{measure}</td>
                    <td className="number" title={String(stored)}>{stored.toFixed(DIGITS)}</td>
                    <td className="number" title={String(mean)}>{mean.toFixed(DIGITS)}</td>
                    <td className={equal === 1 ? 'number good' : 'number fault'}>{count(Math.round(equal * queries))}</td>
                    <td className="number">{count(queries)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Sideways>
          <p><button type="button" className="button" onClick={() => save(lines)}>Download as CSV</button></p>
        </>
      )}
      {faults.length > 0 && <ul className="notice warn">{faults.map((fault) => <li key={fault}>{fault}</li>)}</ul>}
    </section>
  )
}
