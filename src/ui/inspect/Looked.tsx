// The product that is looked at: its text as it is, and its score under each way of asking, term by term, added up.
import { useEffect, useId, useRef } from 'react'
import { sumOf, type AskedBy, type Looked as LookedState } from '../../state/looking.ts'
import { count, significant } from '../parts/format.ts'
import { useLooking, useProduct, useView, useWorkbench } from '../parts/stores.ts'
import { rankOf } from './ranks.ts'

const ASKED: Readonly<Record<AskedBy, string>> = { original: 'Original', before: 'Starting', current: 'Current', search: 'Search box' }

/** What the product is; its longer texts stand below what is asked of it. */
function Product({ id }: { readonly id: string }) {
  const product = useProduct(id)
  if (product === undefined) return <p className="waiting">looking it up …</p>
  if (product === null) return <p className="notice warn">The catalogue holds no product <code>{id}</code>.</p>
  const { title, brand, color, category = '' } = product
  return (
    <div className="looked-product">
      <h3>{title === '' ? '(no title)' : title}</h3>
      <p className="quiet"><code>{id}</code>{[brand, color, category].filter((part) => part !== '').map((part) => ` · ${part}`).join('')}</p>
    </div>
  )
}

function Texts({ id }: { readonly id: string }) {
  const product = useProduct(id)
  const parts = [['Description', product?.description ?? ''], ['Bullet points', product?.bullets ?? '']].filter(([, text]) => text !== '')
  return parts.map(([name, text]) => <p key={name} className="looked-text"><span className="quiet">{name}</span> {text}</p>)
}

/** The same product under the other ways of asking. */
function Ways({ looked }: { readonly looked: LookedState }) {
  const { looking } = useWorkbench()
  const columns = useView((state) => state.inspection?.columns)
  const ids = useView((state) => state.columns)
  if (looked.by === 'search') return null
  return (
    <p className="ways" role="group" aria-label="Ranked by">
      {ids.filter((name) => columns?.[name] !== undefined).map((name) => {
        const rank = rankOf(columns?.[name]?.ids ?? [], looked.id)
        return (
          <button key={name} type="button" aria-pressed={looked.by === name} onClick={() => looking.look(looked.id, name)}>
            {ASKED[name] ?? name} <strong>{rank ?? '–'}</strong>
          </button>
        )
      })}
    </p>
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
      <div className="scroll-x">
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
      </div>
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
  const id = useId()
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const opener = document.activeElement
    ref.current?.show()
    const press = (event: KeyboardEvent): void => { if (event.key === 'Escape' && document.querySelector('dialog:modal') === null) looking.close() }
    globalThis.addEventListener('keydown', press)
    return () => {
      globalThis.removeEventListener('keydown', press)
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [looking])
  const place = looked.rank === undefined ? '' : `rank ${looked.rank}`
  return (
    <dialog ref={ref} className="looked" aria-labelledby={id}>
      <header className="looked-head">
        <h2 id={id}>{ASKED[looked.by] ?? looked.by}{place === '' ? '' : `, ${place}`}</h2>
        <Ways looked={looked} />
        <button type="button" className="plain" onClick={looking.close}>Close</button>
      </header>
      <div className="looked-body">
        <Product id={looked.id} />
        <p className="looked-query"><span className="quiet">searched for</span> {looked.searched === '' ? '(nothing)' : looked.searched}</p>
        <Terms looked={looked} />
        <Texts id={looked.id} />
      </div>
    </dialog>
  )
}
