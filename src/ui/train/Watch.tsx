// One query watched through training: how it is asked as typed, as the policy began and as it is now, and what each found. The inspector shows the rest.
import type { Column } from '../../state/view.ts'
import { score, signed } from '../parts/format.ts'
import { useView, useWorkbench } from '../parts/stores.ts'
import { wordDiff } from '../parts/wordDiff.ts'

const WAYS = [['original', 'as typed'], ['before', 'at the start'], ['current', 'now']] as const

function Way({ said, query, column, against }: { readonly said: string; readonly query: string; readonly column: Column | undefined; readonly against: Column | undefined }) {
  const gain = column?.measures === undefined || against?.measures === undefined ? undefined : column.measures['ndcg@100'] - against.measures['ndcg@100']
  return (
    <li>
      <span className="quiet">{said}</span>
      <span className="rewrite">
        {column === undefined ? '…' : column.rewrite === undefined ? '' : wordDiff(query, column.rewrite).map(({ word, change }, at) => {
          const key = `${at} ${word}`
          if (change === 'added') return <span key={key}><ins>{word}</ins> </span>
          return change === 'left out' ? <span key={key}><del>{word}</del> </span> : <span key={key}>{word} </span>
        })}
      </span>
      <span className="watch-score"><strong>{score(column?.measures?.['ndcg@100'])}</strong>{gain !== undefined && <span className={gain > 5e-4 ? 'better' : gain < -5e-4 ? 'worse' : 'level'}> {signed(gain)}</span>}</span>
    </li>
  )
}

export function Watch() {
  const { view } = useWorkbench()
  const inspection = useView((state) => state.inspection)
  if (inspection === undefined) return null
  const { columns, query } = inspection
  return (
    <section className="panel watch" aria-label="Watched query">
      <header>
        <h3>Watching one query</h3>
        <button type="button" className="plain" onClick={() => view.setPlace('inspect')}>Inspect it</button>
      </header>
      <ul>{WAYS.map(([name, said]) => <Way key={name} said={said} query={query} column={columns[name]} against={name === 'original' ? undefined : columns.original} />)}</ul>
    </section>
  )
}
