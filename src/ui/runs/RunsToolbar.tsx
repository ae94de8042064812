// How the list is asked: words, tags and status to find, and an order.
import { useId } from 'react'
import type { Sort } from '../../state/runs/runList.ts'
import { useRuns, useWorkbench } from '../parts/stores.ts'

const ORDERS: readonly (readonly [value: string, name: string, by: Sort, falling: boolean])[] = [
  ['created-', 'newest first', 'created', true], ['created+', 'oldest first', 'created', false], ['changed-', 'last changed first', 'changed', true],
  ['name+', 'by name', 'name', false], ['ndcg-', 'best NDCG@10 first', 'ndcg', true], ['gain-', 'largest gain first', 'gain', true],
  ['steps-', 'most steps first', 'steps', true], ['size-', 'largest first', 'size', true],
]

export function RunsToolbar() {
  const { runs } = useWorkbench()
  const search = useRuns((state) => state.search)
  const { by, falling } = useRuns((state) => state.sort)
  const chosen = useRuns((state) => state.chosen.length)
  const [hint, order] = [useId(), useId()]
  return (
    <div className="runs-tools" role="search" aria-label="Find runs">
      <input
        type="search" value={search} placeholder="Search, tag:…, status:…, seed=…" aria-label="Search runs" aria-describedby={hint}
        onChange={(event) => runs.setSearch(event.currentTarget.value)}
      />
      <span id={hint} className="visually-hidden">Words of a name, tag, data, policy, recommender or note; tag: and status: narrow by those, name=value by a setting.</span>
      <label htmlFor={order} className="visually-hidden">Order</label>
      <select
        id={order} value={`${by}${falling ? '-' : '+'}`}
        onChange={({ currentTarget }) => {
          const found = ORDERS.find(([value]) => value === currentTarget.value)
          if (found !== undefined) runs.setSort({ by: found[2], falling: found[3] })
        }}
      >
        {ORDERS.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
      </select>
      <p className="runs-chosen quiet">
        {chosen === 0 ? 'Tick runs to compare them.' : <>{chosen} chosen · <button type="button" className="plain" onClick={runs.clearChosen}>Clear</button></>}
      </p>
    </div>
  )
}
