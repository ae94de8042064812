// The product that is looked at: its text as it is, and its score under each way of asking, term by term, added up.
import { useEffect, useId, useMemo, useRef } from 'react'
import { rankOf } from '../../domain/rank.ts'
import { titleOf } from '../../state/inspect/columnTitles.ts'
import { wantedTerms, type Wanted } from '../../state/inspect/highlight.ts'
import { compareTerms, sumOf, type Looked as LookedState } from '../../state/inspect/looking.ts'
import { count, significant } from '../parts/format.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { useLibrary, useLooking, useProduct, useAnswerers, useView, useWorkbench } from '../parts/stores.ts'
import { Marked } from './Result.tsx'

/** What ways of asking are called. */
function useNames(): (by: string) => { readonly title: string; readonly short: string } {
  const answerers = useAnswerers()
  return (by) => (by === 'search' ? { title: 'Search box', short: 'search box' } : titleOf(by, answerers))
}

/** What the product is; its longer texts stand below what is asked of it. */
function Product({ id, wanted }: { readonly id: string; readonly wanted: Wanted }) {
  const product = useProduct(id)
  if (product === undefined) return <p className="waiting">looking it up …</p>
  if (product === null) return <p className="notice warn">The catalogue holds no product <code>{id}</code>.</p>
  const { title, brand, color, category = '' } = product
  return (
    <div className="looked-product">
      <h3>{title === '' ? '(no title)' : <Marked text={title} wanted={wanted} />}</h3>
      <p className="quiet"><code>{id}</code>{[brand, color, category].filter((part) => part !== '').map((part) => ` · ${part}`).join('')}</p>
    </div>
  )
}

function Texts({ id, wanted }: { readonly id: string; readonly wanted: Wanted }) {
  const product = useProduct(id)
  const parts = [['Description', product?.description ?? ''], ['Bullet points', product?.bullets ?? '']] as const
  return parts.filter(([, text]) => text !== '').map(([name, text]) => (
    <p key={name} className="looked-text"><span className="quiet">{name}</span> <Marked text={text} wanted={wanted} /></p>
  ))
}

/** The same product under the other ways of asking: to look at, and to compare with. */
function Ways({ looked, beside }: { readonly looked: LookedState; readonly beside: LookedState | undefined }) {
  const { looking } = useWorkbench()
  const columns = useView((state) => state.inspection?.columns)
  const ids = useView((state) => state.columns)
  const nameOf = useNames()
  const id = useId()
  if (looked.by === 'search') return null
  const here = ids.filter((by) => columns?.[by] !== undefined)
  return (
    <>
      <p className="ways" role="group" aria-label="Ranked by">
        {here.map((by) => (
          <button key={by} type="button" aria-pressed={looked.by === by} onClick={() => looking.look(looked.id, by)} title={nameOf(by).title}>
            {nameOf(by).short} <strong>{rankOf(columns?.[by]?.ids ?? [], looked.id) ?? '–'}</strong>
          </button>
        ))}
      </p>
      {here.length > 1 && (
        <p className="ways-compare">
          <label htmlFor={id}>compared with</label>
          <select
            id={id} value={beside?.by ?? ''}
            onChange={(event) => looking.compare(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
          >
            <option value="">nothing</option>
            {here.filter((by) => by !== looked.by).map((by) => <option key={by} value={by}>{nameOf(by).title}</option>)}
          </select>
        </p>
      )}
    </>
  )
}

/** Two explanations of one product, term by term. */
function ComparedTerms({ looked, beside }: { readonly looked: LookedState; readonly beside: LookedState }) {
  const nameOf = useNames()
  const rows = useMemo(() => compareTerms(looked.explanation, beside.explanation), [looked.explanation, beside.explanation])
  const missing = [looked, beside].filter(({ absent }) => absent !== undefined)
  const waits = [looked, beside].some(({ explanation, absent }) => explanation === undefined && absent === undefined)
  if (waits) return <p className="waiting">taking the scores apart …</p>
  const total = (one: LookedState): string => (one.explanation === undefined ? '–' : significant(one.explanation.score))
  return (
    <>
      {missing.map(({ by, absent }) => <p key={by} className="quiet">{nameOf(by).title}: {absent}</p>)}
      {rows.length > 0 && (
        <Sideways label="Terms of the score">
          <table className="terms compared">
            <thead>
              <tr>
                <th scope="col">Term</th><th scope="col">Field</th>
                <th scope="col" className="number">{nameOf(looked.by).title}</th><th scope="col" className="number">{nameOf(beside.by).title}</th>
                <th scope="col" className="number">difference</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ term, field, here, there }) => {
                const gap = (here ?? 0) - (there ?? 0)
                return (
                  <tr key={`${field} ${term}`}>
                    <th scope="row">{term}</th><td>{field}</td>
                    <td className="number">{here === undefined ? '–' : significant(here)}</td>
                    <td className="number">{there === undefined ? '–' : significant(there)}</td>
                    <td className={`number ${gap > 0 ? 'better' : gap < 0 ? 'worse' : 'level'}`}>
                      {gap === 0 ? '±0' : `${gap > 0 ? '+' : ''}${significant(gap)}`}
                    </td>
                  </tr>
                )
              })}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row" colSpan={2}>Score</th>
                <td className="number"><strong>{total(looked)}</strong></td><td className="number"><strong>{total(beside)}</strong></td><td />
              </tr>
            </tfoot>
          </table>
        </Sideways>
      )}
    </>
  )
}

function Terms({ looked }: { readonly looked: LookedState }) {
  const { explanation, unmatched, absent, score } = looked
  if (absent !== undefined) return <p className="quiet">{absent}</p>
  if (explanation === undefined) return <p className="waiting">taking the score apart …</p>
  const { terms, factor } = explanation
  const { sum, total, equal } = sumOf(explanation)
  const greatest = Math.max(...terms.map(({ share }) => share))
  const ranked = score === undefined || Math.abs(score - explanation.score) <= 1e-6 * Math.max(1, Math.abs(score))
  return (
    <>
      <Sideways label="Terms of the score">
        <table className="terms">
          <thead>
            <tr>
              <th scope="col">Term</th><th scope="col" className="number" title="how often the query asks for it">query</th><th scope="col">Field</th>
              <th scope="col" className="number" title="how often it stands there">count</th>
              <th scope="col" className="number" title="products whose field holds it">products</th>
              <th scope="col" className="number" title="what this adds to the score">share</th>
            </tr>
          </thead>
          <tbody>
            {terms.toSorted((a, b) => b.share - a.share).map(({ term, queryCount, field, count: found, products, share }) => (
              <tr key={`${term} ${field}`}>
                <th scope="row">{term}</th><td className="number">{count(queryCount)}</td><td>{field}</td><td className="number">{count(found)}</td>
                <td className="number">{count(products)}</td>
                <td className="number share">
                  <span className="share-bar" aria-hidden="true" style={{ width: `${(share / greatest) * 100}%` }} /><span>{significant(share)}</span>
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr><th scope="row" colSpan={5}>Sum of the parts</th><td className="number">{significant(sum)}</td></tr>
            {factor !== 1 && <tr><th scope="row" colSpan={5}>times matched terms</th><td className="number">× {factor}</td></tr>}
            <tr className={equal && ranked ? 'equal' : 'unequal'}>
              <th scope="row" colSpan={5}>
                Score{' '}
                {equal && ranked
                  ? <span className="good">adds up</span>
                  : <span className="fault">does not add up: the ranking says {significant(score ?? explanation.score)}</span>}
              </th>
              <td className="number"><strong>{significant(factor === 1 ? explanation.score : total)}</strong></td>
            </tr>
          </tfoot>
        </table>
      </Sideways>
      {unmatched.length > 0 && <p className="quiet">Not in this product: {unmatched.join(', ')}</p>}
    </>
  )
}

export function Looked() {
  const looked = useLooking((state) => state.looked)
  return looked === undefined ? null : <OpenLooked looked={looked} />
}

/** Beside the page, not over it: the rows stay in reach, and Escape gives the focus back to the one that opened it. */
function OpenLooked({ looked }: { readonly looked: LookedState }) {
  const { looking } = useWorkbench()
  const beside = useLooking((state) => state.beside)
  const spec = useLibrary((state) => state.shop?.spec)
  const nameOf = useNames()
  const id = useId()
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const opener = document.activeElement
    ref.current?.show()
    const press = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented && document.querySelector('dialog:modal') === null) looking.close()
    }
    globalThis.addEventListener('keydown', press)
    return () => {
      globalThis.removeEventListener('keydown', press)
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [looking])
  const wanted = useMemo(() => wantedTerms(looked.searched, spec), [looked.searched, spec])
  const place = looked.rank === undefined ? '' : `, rank ${looked.rank}`
  return (
    <dialog ref={ref} className="looked" aria-labelledby={id}>
      <header className="looked-head">
        <h2 id={id}>{nameOf(looked.by).title}{place}</h2>
        <button type="button" className="plain" onClick={looking.close}>Close</button>
        <Ways looked={looked} beside={beside} />
      </header>
      <div className="looked-body" tabIndex={0} role="group" aria-label="Why it ranks there">
        <Product id={looked.id} wanted={wanted} />
        <p className="looked-query"><span className="quiet">searched for</span> {looked.searched === '' ? '(nothing)' : looked.searched}</p>
        {beside !== undefined && (
          <p className="looked-query"><span className="quiet">against</span> {beside.searched === '' ? '(nothing)' : beside.searched}</p>
        )}
        {beside === undefined ? <Terms looked={looked} /> : <ComparedTerms looked={looked} beside={beside} />}
        <Texts id={looked.id} wanted={wanted} />
      </div>
    </dialog>
  )
}
