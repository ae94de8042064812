// The experiments: what each shows, how much of it is done, and what the rest would take.
import { useStore } from 'zustand'
import { EXPERIMENTS } from '../../domain/papers/experiments.ts'
import type { Papers, Standing } from '../../state/papers/papersState.ts'
import { count } from '../parts/format.ts'
import { lengthSaid } from './words.ts'

function Progress({ standing }: { readonly standing: Standing | undefined }) {
  if (standing === undefined) return <small>…</small>
  const { plan, done, fault } = standing
  if (fault !== undefined) return <small className="papers-cannot">needs other data or settings</small>
  const all = plan.length
  return <small>{done === all ? `all ${count(all)} ${all === 1 ? 'run' : 'runs'} done` : `${count(done)} of ${count(all)} runs done · ${lengthSaid(standing)}`}</small>
}

export function ExperimentList({ papers }: { readonly papers: Papers }) {
  const chosen = useStore(papers, (state) => state.chosen)
  const standings = useStore(papers, (state) => state.standings)
  const under = useStore(papers, (state) => state.job?.experiment)
  return (
    <ul className="papers-list" aria-label="Experiments">
      {EXPERIMENTS.map(({ name, title, from }) => {
        const standing = standings.get(name)
        const share = standing === undefined || standing.plan.length === 0 ? 0 : standing.done / standing.plan.length
        return (
          <li key={name}>
            <button type="button" className="papers-row" aria-current={name === chosen ? 'true' : undefined} onClick={() => papers.choose(name)}>
              <span className="papers-name">{title}{under === name && <span className="badge">running</span>}</span>
              <small className="papers-from">{from}</small>
              <Progress standing={standing} />
              <span className="papers-share" aria-hidden="true"><span style={{ inlineSize: `${100 * share}%` }} /></span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
