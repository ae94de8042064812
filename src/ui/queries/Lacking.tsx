// A system that has not answered these queries, and the button that has it answer them.
import { isUnderWay } from '../../state/run/run.ts'
import { POLICY } from '../../state/queries/systems.ts'
import { count } from '../parts/format.ts'
import { useQueryTable, useRun, useWorkbench } from '../parts/stores.ts'

function Side({ side }: { readonly side: 'a' | 'b' }) {
  const { queries } = useWorkbench()
  const system = useQueryTable((state) => state.systems.find(({ id }) => id === state[side]))
  const split = useQueryTable((state) => state.split)
  const answered = useQueryTable((state) => state.table.answered[side])
  // what the other side answered, else every query of the split
  const wanted = useQueryTable((state) => state.table.answered[side === 'a' ? 'b' : 'a'] || state.table.rows.length)
  const training = useRun((state) => isUnderWay(state.phase))
  const busy = useQueryTable((state) => state.job !== undefined)
  if (system === undefined || answered > 0 || !system.asks || wanted === 0) return null
  const between = training && system.id === POLICY
  return (
    <p className="queries-lacking">
      <span>{side.toUpperCase()} has not answered the {split} queries.</span>
      <button type="button" className="button small" disabled={busy} onClick={() => queries.evaluate(system.id)}>
        Evaluate {count(wanted)} {between ? 'between training steps' : 'now'}
      </button>
    </p>
  )
}

export function Lacking() {
  return <><Side side="a" /><Side side="b" /></>
}
