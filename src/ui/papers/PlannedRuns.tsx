// The runs that an experiment needs: which are done, begun or missing, what each took or would take, and the way to each that is kept.
import type { PlannedState } from '../../state/papers/papersState.ts'
import { count, duration } from '../parts/format.ts'
import { useWorkbench } from '../parts/stores.ts'
import { runSaid } from '../../domain/papers/methods.ts'

const SIGNS = { done: '✓', begun: '…', missing: '○' } as const

/** `doing`: the run that is under way, in words. */
export function PlannedRuns({ plan, open, doing }: { readonly plan: readonly PlannedState[]; readonly open: boolean; readonly doing: string | undefined }) {
  const { runs, view } = useWorkbench()
  const done = plan.filter(({ is }) => is === 'done').length
  return (
    <details className="papers-runs" open={open}>
      <summary>{count(done)} of {count(plan.length)} runs are done</summary>
      <ul>
        {plan.map(({ planned, is, record, seconds }) => (
          <li key={planned.key} className={`papers-run is-${is}`}>
            <span aria-hidden="true">{SIGNS[is]}</span>
            <span>{runSaid(planned)}</span>
            <span className="quiet">{runSaid(planned) === doing ? 'under way' : is}{seconds !== undefined && <> · {is === 'done' ? '' : 'about '}{duration(seconds)}</>}</span>
            {record !== undefined && (
              <button type="button" className="plain" onClick={() => { runs.show(record.id); runs.setTab('run'); view.setPlace('runs') }}>{record.name}</button>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
