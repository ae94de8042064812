// What ranks the open dataset, by its name and what decides its rankings; and the way to change it.
import { lazy, Suspense, useState } from 'react'
import { MINISEARCH_LIMIT, partKinds, specLines } from '../../state/data/recommending.ts'
import { count, percent, size } from '../parts/format.ts'
import { useLibrary, useRun, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

const RecommenderSheet = lazy(async () => ({ default: (await import('./RecommenderSheet.tsx')).RecommenderSheet }))

const LEXICAL: ReadonlySet<string> = new Set(['minisearch', 'bm25', 'lucene'])

const LIMIT = `MiniSearch itself holds catalogues of up to ${count(MINISEARCH_LIMIT)} products, for prefixes, misspellings and suggestions. `
  + 'The compiled index ranks this one as it ranks smaller ones, with the same scores.'

/** The next recommender on its way, or why there is none. */
export function Opening() {
  const { library } = useWorkbench()
  const ranking = useLibrary((state) => state.ranking)
  const shown = useLibrary((state) => state.shop?.recommender.name)
  if (ranking.is === 'ready') return null
  if (ranking.is === 'failed') {
    return (
      <div role="alert" className="notice bad">
        <p>{ranking.reason}</p>
        {shown !== undefined && <p className="quiet">Until then the recommender of before, {shown}, ranks.</p>}
        <button type="button" className="button small" onClick={() => library.ranker.again()}>Try again</button>
      </div>
    )
  }
  const doing = ranking.what === 'http' ? 'Asking the server' : ranking.what === 'dense' ? 'Embedding the catalogue' : `Indexing for ${ranking.what}`
  return (
    <div className="reading">
      <p>{doing} <span className="quiet">{percent(ranking.share)}</span></p>
      <progress max={1} value={ranking.share} aria-label={doing} />
      <button type="button" className="plain" onClick={() => library.ranker.cancel()}>Cancel</button>
    </div>
  )
}

function Index() {
  const bytes = useLibrary((state) => state.shop?.opened.bytes)
  const ms = useLibrary((state) => state.shop?.opened.ms)
  const products = useLibrary((state) => state.shop?.dataset.productCount ?? 0)
  if (bytes === undefined && ms === undefined) return null
  return (
    <p className="quiet">
      {bytes !== undefined && <span title={`${count(bytes / products)} bytes per product, stored text apart`}>index {size(bytes)}</span>}
      {bytes !== undefined && ms !== undefined && ' · '}
      {ms !== undefined && <>made in {(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s</>}
    </p>
  )
}

export function RecommenderCard() {
  const [open, setOpen] = useState(false)
  const name = useLibrary((state) => state.shop?.recommender.name)
  const products = useLibrary((state) => state.shop?.dataset.productCount ?? 0)
  const settings = useRun((state) => state.settings)
  // of what ranks now, not of the settings: another may be on its way, or have failed
  const spec = useLibrary((state) => state.shop?.spec)
  if (name === undefined) return null
  return (
    <div className="card recommender">
      <div className="card-head">
        <h3 title={name}><small>Recommender</small> {spec?.kind ?? name}</h3>
        <button type="button" className="plain" aria-haspopup="dialog" aria-label="Change the recommender" onClick={() => setOpen(true)}>
          Change
        </button>
      </div>
      {spec !== undefined && specLines(spec).map((line) => <p key={line} className="card-line" title={line}>{line}</p>)}
      {settings.mode === 'as-released' && <p className="warns">as released: every query loses its first word</p>}
      <Index />
      {products > MINISEARCH_LIMIT && partKinds(settings).some((kind) => LEXICAL.has(kind)) && (
        <p className="quiet"><Term explain={LIMIT}>Search by whole words</Term> beyond {count(MINISEARCH_LIMIT)} products</p>
      )}
      {!open && <Opening />}
      {open && <Suspense><RecommenderSheet onClose={() => setOpen(false)} /></Suspense>}
    </div>
  )
}
