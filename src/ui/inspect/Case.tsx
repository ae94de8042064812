// The row that is inspected, as the policy is asked about it: who it is, what came before on a line of time, what may be chosen from, and the whole prompt.
import { useMemo } from 'react'
import { gainOf } from '../../domain/metrics.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Past, Row } from '../../domain/tasks/task.ts'
import { TASK_TERMS } from '../../domain/tasks/terms.ts'
import type { Inspection } from '../../state/inspect/view.ts'
import { count } from '../parts/format.ts'
import { Label } from '../parts/Label.tsx'
import { useProduct } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import './case.css'

const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })

function Title({ id }: { readonly id: string }) {
  const product = useProduct(id)
  const title = product === undefined || product === null || product.title === '' ? id : product.title
  return <span className="title" title={title}>{product === null ? `${id} (not in the catalogue)` : title}</span>
}

interface EventProps {
  readonly event: Past
  /** place within the history's time, 0 to 1; undefined where it has no times */
  readonly share: number | undefined
  /** the strongest of the history, which fills the bar */
  readonly most: number
  /** the prompt tells it */
  readonly told: boolean
}

function Event({ event: { id, time, strength }, share, most, told }: EventProps) {
  return (
    <li className={told ? '' : 'untold'}>
      <span className="case-when">
        {time !== undefined && <span className="case-date">{day.format(time * 1000)}</span>}
        {share !== undefined && <span className="case-line" aria-hidden="true"><span style={{ left: `${share * 100}%` }} /></span>}
      </span>
      <Title id={id} />
      {strength !== undefined && (
        <span className="case-strength" title={`strength ${strength}`}>
          <span className="case-bar" aria-hidden="true"><span style={{ width: `${most > 0 ? strength / most * 100 : 0}%` }} /></span> {Number(strength.toFixed(2))}
        </span>
      )}
    </li>
  )
}

const toEnd = (list: HTMLElement | null): void => { list?.scrollTo(0, list.scrollHeight) }

function History({ history, told }: { readonly history: readonly Past[]; readonly told: number }) {
  const times = history.flatMap(({ time }) => time ?? [])
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const most = Math.max(0, ...history.map(({ strength = 0 }) => strength))
  const shareOf = (time: number | undefined): number | undefined => (time === undefined || last <= first ? undefined : (time - first) / (last - first))
  const untold = Math.max(0, history.length - told)
  return (
    <section>
      <h3><Term about="task-history" entry={TASK_TERMS.history}>History</Term> <small>{count(history.length)} {history.length === 1 ? 'item' : 'items'}, oldest first{untold > 0 && `; the prompt tells the last ${count(told)}`}</small></h3>
      {/* what came last says most: a long history is shown from its end */}
      <ol key={history[0]?.id} ref={toEnd} className="case-history" tabIndex={0} aria-label="History, oldest first">
        {history.map((event, at) => <Event key={`${at} ${event.id}`} event={event} share={shareOf(event.time)} most={most} told={at >= untold} />)}
      </ol>
    </section>
  )
}

function Candidates({ row: { candidates = [], judgements }, settings }: { readonly row: Row; readonly settings: Settings }) {
  const relevant = useMemo(() => new Set(judgements.filter((judgement) => gainOf(judgement, settings.gains) > 0).map(({ productId }) => productId)), [judgements, settings.gains])
  const from = { recommender: 'the recommender’s best', random: 'relevant ones among random ones', given: 'as the data give them' }[settings.candidates]
  return (
    <section>
      <h3><Term about="task-candidates" entry={TASK_TERMS.candidates}>Candidates</Term> <small>{count(candidates.length)}, {from}; answers name them by number</small></h3>
      <ol className="case-candidates" tabIndex={0} aria-label="Candidates">
        {candidates.map((id) => <li key={id}>{relevant.has(id) ? <Label label="E" /> : <span className="case-no-label" aria-hidden="true" />} <Title id={id} /></li>)}
      </ol>
    </section>
  )
}

function Profile({ profile }: { readonly profile: NonNullable<Row['profile']> }) {
  return (
    <dl className="case-profile">
      {Object.entries(profile).map(([name, value]) => <div key={name}><dt>{name.replaceAll('_', ' ')}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}

export function Case({ inspection: { task } }: { readonly inspection: Inspection }) {
  if (task === undefined) return null
  const { query: { history, profile, candidates }, case: { settings } } = task
  const plain = history === undefined && profile === undefined && candidates === undefined
  const { text } = task.prompt
  return (
    <div className={`case ${plain ? 'plain-case' : ''}`}>
      {profile !== undefined && Object.keys(profile).length > 0 && <Profile profile={profile} />}
      <div className="case-parts">
        {history !== undefined && <History history={history} told={settings.historyLength} />}
        {candidates !== undefined && <Candidates row={task.query} settings={settings} />}
      </div>
      <details className="case-prompt">
        <summary>What the policy reads <small className="quiet">{count(text.length)} characters, prompt version {task.spec.version}</small></summary>
        <pre tabIndex={0}>{text}</pre>
      </details>
    </div>
  )
}
