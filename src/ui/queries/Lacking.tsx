// A system that has not answered some of these queries, and the button that has it answer just those.
import { isUnderWay } from '../../state/run/run.ts'
import { POLICY } from '../../state/queries/systems.ts'
import { count } from '../parts/format.ts'
import { useQueryTable, useRowWords, useRun, useWorkbench } from '../parts/stores.ts'

function Side({ side }: { readonly side: 'a' | 'b' }) {
  const { queries } = useWorkbench()
  const system = useQueryTable((state) => state.systems.find(({ id }) => id === state[side]))
  const split = useQueryTable((state) => state.split)
  const answered = useQueryTable((state) => state.table.answered[side])
  const lacking = useQueryTable((state) => state.table.lacking[side])
  const training = useRun((state) => isUnderWay(state.phase))
  const { many } = useRowWords()
  const busy = useQueryTable((state) => state.job !== undefined)
  if (system === undefined || !system.asks || lacking === 0) return null
  const name = side.toUpperCase()
  const some = `${count(lacking)} ${lacking === 1 ? 'row lacks' : 'rows lack'} ${name}.`
  const said = answered === 0 ? `${name} has not answered the ${split} ${many}.` : some
  const between = training && system.id === POLICY
  return (
    <p className="queries-lacking">
      <span>{said}</span>
      <button type="button" className="button small" disabled={busy} onClick={() => queries.evaluate(system.id)}>
        Evaluate {count(lacking)} {between ? 'between training steps' : 'now'}
      </button>
    </p>
  )
}

export function Lacking() {
  return <><Side side="a" /><Side side="b" /></>
}
