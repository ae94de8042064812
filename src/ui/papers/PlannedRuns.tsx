// The runs that an experiment needs: which are done, begun or missing, what each took or would take, and the way to each that is kept.
import type { PlannedState } from '../../state/papers/papersState.ts'
import { count, duration } from '../parts/format.ts'
import { useWorkbench } from '../parts/stores.ts'
import { titleOf } from '../../domain/papers/methods.ts'

const SIGNS = { done: '✓', begun: '…', missing: '○' } as const

export function PlannedRuns({ plan, open }: { readonly plan: readonly PlannedState[]; readonly open: boolean }) {
  const { runs, view } = useWorkbench()
  const done = plan.filter(({ is }) => is === 'done').length
  return (
    <details className="papers-runs" open={open}>
      <summary>{count(done)} of {count(plan.length)} runs are done</summary>
      <ul>
        {plan.map(({ planned: { key, column, method, seed }, is, record, seconds }) => (
          <li key={key} className={`papers-run is-${is}`}>
            <span aria-hidden="true">{SIGNS[is]}</span>
            <span>{[column, titleOf(method), `seed ${seed}`].filter((part) => part !== '').join(' · ')}</span>
            <span className="quiet">{is}{seconds !== undefined && <> · {is === 'done' ? '' : 'about '}{duration(seconds)}</>}</span>
            {record !== undefined && (
              <button type="button" className="plain" onClick={() => { runs.show(record.id); runs.setTab('run'); view.setPlace('runs') }}>{record.name}</button>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
