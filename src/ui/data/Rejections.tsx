// What a reader refused of the shards, row by row.
import type { Rejection } from '../../domain/dataset.ts'
import { count } from '../parts/format.ts'

const SHOWN = 50

export function Rejections({ rejected, total }: { readonly rejected: readonly Rejection[]; readonly total: number }) {
  const shown = rejected.slice(0, SHOWN)
  return (
    <details className="rejections">
      <summary>{count(total)} {total === 1 ? 'row' : 'rows'} refused</summary>
      <table>
        <thead><tr><th scope="col">File</th><th scope="col">Row</th><th scope="col">Column</th><th scope="col">Reason</th></tr></thead>
        <tbody>
          {shown.map(({ file, row, column, reason }) => (
            <tr key={`${file} ${row} ${column} ${reason}`}>
              <td>{file}</td><td className="number">{count(row)}</td><td>{column}</td><td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > shown.length && <p className="quiet">The first {shown.length} of {count(total)}.</p>}
    </details>
  )
}
