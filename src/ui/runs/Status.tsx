// How a run stands, by a sign and a word.
import type { RunStatus } from '../../state/runs/runs.ts'

const SIGNS: Readonly<Record<RunStatus, string>> = { running: '▶', paused: '❚❚', finished: '✓', stopped: '■', failed: '✕' }

export function Status({ status }: { readonly status: RunStatus }) {
  return <span className={`run-status status-${status}`}><span aria-hidden="true">{SIGNS[status]}</span> {status}</span>
}
