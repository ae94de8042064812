// One source that is kept: what it is, how its entries met the judged queries, and for a model whether it is in memory.
import type { FrozenStatus, Match, SourceRecord } from '../../state/inspect/sources.ts'
import { sourceColumn } from '../../state/inspect/columns.ts'
import { count, size } from '../parts/format.ts'
import { useLibrary, useSources, useView, useWorkbench } from '../parts/stores.ts'

const KINDS: Readonly<Record<SourceRecord['kind'], string>> = { outputs: 'outputs', run: 'rankings', frozen: 'frozen model' }
const BY = { id: 'by id', text: 'by the query’s words', targets: 'by relevant products' } as const

/** How a file met the queries of the open dataset, in words. */
function Met({ match, dataset }: { readonly match: Match | undefined; readonly dataset: string }) {
  if (match === undefined) return <p className="quiet">Open a data set with judged queries to see which of them it answers.</p>
  if (match.is === 'matching') return <p className="quiet">meeting the queries of {dataset} …</p>
  if (match.is === 'failed') return <p role="alert" className="fault">{match.reason}</p>
  const { matched, entries, judged, by, ambiguous, firstUnmatched } = match
  const ways = (Object.keys(BY) as (keyof typeof BY)[]).filter((way) => by[way] > 0).map((way) => `${count(by[way])} ${BY[way]}`)
  const none = entries - matched
  return (
    <>
      <p className={matched === 0 ? 'warns' : ''}>
        <strong>{count(matched)}</strong> of {count(judged)} judged queries of {dataset} answered{ways.length > 0 && <span className="quiet"> · {ways.join(', ')}</span>}
      </p>
      {ambiguous > 0 && (
        <p className="warns">
          {count(ambiguous)} {ambiguous === 1 ? 'answer' : 'answers'} may stand at another query with the same relevant products: order chose, test queries first. Give query ids or texts to be sure.
        </p>
      )}
      {none > 0 && <p className="warns">{count(none)} of its {count(entries)} entries met none{firstUnmatched !== undefined && <>; the first: {firstUnmatched.named}, {firstUnmatched.why}</>}</p>}
    </>
  )
}

function Refused({ record }: { readonly record: Extract<SourceRecord, { file: string }> }) {
  const { refused: { count: many, first }, repeated } = record
  return (
    <>
      {many > 0 && <p className="warns">{count(many)} {many === 1 ? 'row was' : 'rows were'} refused{first !== undefined && <>; the first: row {count(first.row)}, {first.column}: {first.reason}</>}</p>}
      {repeated > 0 && <p className="quiet">{count(repeated)} {repeated === 1 ? 'row says' : 'rows say'} a query again: the first stands.</p>}
    </>
  )
}

export function ModelStanding({ id, title, status }: { readonly id: string; readonly title: string; readonly status: FrozenStatus | undefined }) {
  const { sources } = useWorkbench()
  switch (status?.is) {
    case 'opening': return (
      <p className="sources-model" role="status">
        <span>{status.what === 'opening' ? 'opening' : `fetching ${status.what}`} … <span className="quiet">{size(status.bytes)}{status.of > status.bytes ? ` of ${size(status.of)}` : ''}</span></span>
        <progress value={status.of === 0 ? undefined : status.bytes / status.of} aria-label={`Opening ${title}`} />
        <button type="button" className="plain" onClick={sources.cancel}>Cancel</button>
      </p>
    )
    case 'ready': return (
      <p className="sources-model"><span>in memory, {size(status.bytes)} of weights{status.ownTemplate && <span className="quiet"> · prompts in its own chat template</span>}</span>
        <button type="button" className="plain" onClick={() => sources.closeModel(id)}>Free its memory</button>
      </p>
    )
    case 'failed': return <p role="alert" className="fault">{status.reason} <button type="button" className="plain" onClick={() => void sources.openModel(id)}>Try again</button></p>
    case 'absent': return <p className="warns">Its folder has to be given again: a page may not read it after a reload. Choose or drop it below; the same dtype and device bring it back.</p>
    default: return <p className="sources-model"><span className="quiet">not in memory; it is opened when it is asked</span><button type="button" className="plain" onClick={() => void sources.openModel(id)}>Open now</button></p>
  }
}

export function Kept({ record }: { readonly record: SourceRecord }) {
  const { sources, view } = useWorkbench()
  const match = useSources((state) => state.matches.get(record.id))
  const status = useSources((state) => state.models.get(record.id))
  const note = useSources((state) => state.list.find(({ id }) => id === record.id)?.note)
  const dataset = useLibrary((state) => state.shop?.dataset.name ?? 'this data set')
  const shown = useView((state) => state.columns.includes(sourceColumn(record.id)))
  return (
    <li>
      <header>
        <strong className="title" title={record.title}>{record.title}</strong> <span className="badge">{KINDS[record.kind]}</span>
        <span className="sources-buttons">
          <button type="button" className="plain" disabled={shown} onClick={() => view.addColumn(sourceColumn(record.id))}>{shown ? 'Shown as a column' : 'Show as a column'}</button>
          <button type="button" className="plain" aria-label={`Remove ${record.title}`} onClick={() => void sources.remove(record.id)}>Remove</button>
        </span>
      </header>
      <p className="quiet">{note}</p>
      {record.kind === 'frozen' ? <ModelStanding id={record.id} title={record.title} status={status} /> : <><Met match={match} dataset={dataset} /><Refused record={record} /></>}
    </li>
  )
}
