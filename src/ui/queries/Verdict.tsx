// Whether B is better than A: means, their difference with its interval and p, and wins, ties and losses as one bar, over all and by domain.
import type { Outcome } from '../../state/queries/queryRows.ts'
import { unlike } from '../../state/queries/terms.ts'
import type { QueryTableState } from '../../state/queries/queryTableState.ts'
import { count, pValue, score, signed } from '../parts/format.ts'
import { useQueryTable, useRowWords, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { METRIC_WORDS, OUTCOMES } from './words.ts'

const PARTS = ['win', 'tie', 'loss'] as const
const FILTERED = { win: 'improved', tie: 'same', loss: 'worse' } as const

type Counts = Readonly<Record<Outcome, number>>
const inWords = ({ win, tie, loss }: Counts): string => `${count(win)} better, ${count(tie)} the same, ${count(loss)} worse`

/** Wins, ties and losses: buttons that show their own queries, and a bar of the proportions. */
function OutcomeBar({ outcomes, domain }: { readonly outcomes: Counts; readonly domain?: string }) {
  const { queries } = useWorkbench()
  const filter = useQueryTable((state) => (domain === undefined || state.domain === domain ? state.filter : 'all'))
  const press = (name: Outcome): void => (
    queries.show({ filter: filter === FILTERED[name] ? 'all' : FILTERED[name], ...(domain === undefined ? {} : { domain }) }))
  return (
    <span className="outcomes" role="group" aria-label={inWords(outcomes)}>
      {PARTS.map((name) => (
        <button
          key={name} type="button" className={`outcome-${name}`} aria-pressed={filter === FILTERED[name]}
          disabled={outcomes[name] === 0 && filter !== FILTERED[name]}
          aria-label={`Show the ${count(outcomes[name])} ${OUTCOMES[name].word}`} onClick={() => press(name)}
        >
          <span aria-hidden="true">{OUTCOMES[name].mark}</span> {count(outcomes[name])} {OUTCOMES[name].word}
        </button>
      ))}
      <span className="outcome-bar" aria-hidden="true">
        {PARTS.map((name) => outcomes[name] > 0 && <span key={name} className={`outcome-${name}`} style={{ flexGrow: outcomes[name] }} />)}
      </span>
    </span>
  )
}

type DomainMeans = NonNullable<QueryTableState['compared']>['domains'][number]

function Domains({ domains }: { readonly domains: readonly DomainMeans[] }) {
  const { queries } = useWorkbench()
  if (domains.length < 2) return null
  return (
    <details className="queries-domains">
      <summary>{count(domains.length)} domains</summary>
      <table>
        <thead><tr><th scope="col">Domain</th><th scope="col" className="number">Queries</th><th scope="col" className="number">A</th><th scope="col" className="number">B</th><th scope="col" className="number">B − A</th><th scope="col">Better, same, worse</th></tr></thead>
        <tbody>
          {domains.map(({ domain, queries: size, before, after, delta, wins: win, ties: tie, losses: loss }) => (
            <tr key={domain}>
              <th scope="row"><button type="button" className="plain" onClick={() => queries.show({ domain })}>{domain}</button></th>
              <td className="number">{count(size)}</td><td className="number">{score(before)}</td><td className="number">{score(after)}</td><td className="number">{signed(delta)}</td>
              <td><OutcomeBar outcomes={{ win, tie, loss }} domain={domain} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

export function Verdict() {
  const { many } = useRowWords()
  const compared = useQueryTable((state) => state.compared)
  const outcomes = useQueryTable((state) => state.outcomes)
  const metric = useQueryTable((state) => state.metric)
  const rows = useQueryTable((state) => state.table.rows.length)
  const differ = useQueryTable(({ systems, a, b }) => {
    const termsOf = (system: string) => systems.find(({ id }) => id === system)?.terms
    return unlike(termsOf(a), termsOf(b)).join('; ')
  })
  // what is lacking is offered above
  const asks = useQueryTable(({ systems, a, b, table }) => systems.some(({ id, asks: can }) => can && ((id === a && table.answered.a === 0) || (id === b && table.answered.b === 0))))
  const paired = outcomes.win + outcomes.tie + outcomes.loss
  if (rows === 0) return null
  if (paired === 0) return asks ? null : <p className="queries-verdict quiet">Nothing to compare yet: train, or choose two systems that answered the same {many}.</p>
  return (
    <div className="queries-verdict">
      <p className="verdict-means">
        <span>{METRIC_WORDS[metric]}</span> <strong>{score(compared?.before)}</strong> → <strong>{score(compared?.after)}</strong>
        {compared !== undefined && (
          <>
            {' '}<strong className={compared.low > 0 ? 'better' : compared.high < 0 ? 'worse' : 'level'}>{signed(compared.delta)}</strong>{' '}
            <Term about="interval">[{signed(compared.low)}, {signed(compared.high)}]</Term>{' '}
            <Term about="p">p {compared.p < 0.001 ? pValue(compared.p) : `= ${pValue(compared.p)}`}</Term>
          </>
        )}
        <small> {count(paired)} {many}{outcomes.unknown > 0 && `, ${count(outcomes.unknown)} without both values`}</small>
      </p>
      {differ !== '' && <p className="notice"><span aria-hidden="true">⚠ </span>{differ}: the difference is not the text’s alone.</p>}
      <OutcomeBar outcomes={outcomes} />
      <Domains domains={compared?.domains ?? []} />
    </div>
  )
}
