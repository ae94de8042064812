// A read under way: rows, rows a second, bytes, time left.
import type { Reading } from '../../state/data/adding.ts'
import { count, duration, percent, size } from '../parts/format.ts'

export function Progress({ reading }: { readonly reading: Reading }) {
  const { what, file, share, rows, rowsPerSecond, bytes, totalBytes, secondsLeft } = reading
  return (
    <div className="reading-now">
      <progress max={1} value={share} aria-label={`Reading ${what}`} />
      <dl className="figures">
        <div><dt>File</dt><dd>{file === '' ? '–' : file}</dd></div>
        <div><dt>Rows</dt><dd>{count(rows)} <small>{rowsPerSecond === undefined ? '' : `${count(rowsPerSecond)} rows/s`}</small></dd></div>
        <div><dt>Bytes</dt><dd>{size(bytes)} <small>of {size(totalBytes)} · {percent(share)}</small></dd></div>
        <div><dt>Time left</dt><dd>{secondsLeft === undefined ? '–' : `about ${duration(secondsLeft)}`}</dd></div>
      </dl>
      <p className="quiet">What is loaded stays as it is. A cancelled or refused read leaves nothing behind.</p>
    </div>
  )
}
