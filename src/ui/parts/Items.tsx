// A list answer: each item by its title where it is a product, else as it was written; what was said before and what is no candidate is marked.
import type { Entry } from '../../state/inspect/entries.ts'
import { useProduct } from './stores.ts'
import './items.css'

function Title({ id, said }: { readonly id: string; readonly said: string }) {
  const product = useProduct(id)
  return <>{product === undefined ? '…' : product === null || product.title === '' ? said : product.title}</>
}

interface ItemProps {
  readonly entry: Entry
  readonly names: boolean
}

function Item({ entry: { said, id, place, again, stranger }, names }: ItemProps) {
  return (
    <li className={stranger || again ? 'item faulty' : 'item'}>
      {names
        ? <><q>{said}</q> <span className="quiet">→ {id === undefined ? 'nothing in the catalogue' : <Title id={id} said={id} />}</span></>
        : id === undefined ? <q>{said}</q> : <Title id={id} said={said} />}
      {place !== undefined && <small className="quiet"> candidate {place}</small>}
      {stranger && <small className="warns"> {names ? 'no product of this name' : 'no candidate'}</small>}
      {again && <small className="warns"> said before</small>}
    </li>
  )
}

/** A candidate by its number, where the titles stand below. */
function Numbered({ entry: { said, id, place, again, stranger } }: { readonly entry: Entry }) {
  const why = stranger ? ' no candidate' : again ? ' said before' : ''
  return (
    <li className={why === '' ? '' : 'faulty'}>
      <span className="visually-hidden">{place === undefined ? '' : 'candidate '}</span>{place ?? <q>{said}</q>}
      {why !== '' && <small className="warns">{why}</small>}
      {id !== undefined && <span className="visually-hidden">: <Title id={id} said={said} /></span>}
    </li>
  )
}

interface EntriesProps {
  readonly entries: readonly Entry[]
  /** they are names, which were matched to products */
  readonly names: boolean
  /** candidates by their numbers alone */
  readonly brief?: boolean
}

export function Entries({ entries, names, brief = false }: EntriesProps) {
  const label = 'The answer, in its order'
  if (entries.length === 0) return <p className="rewrite quiet">(an empty list)</p>
  if (brief && !names) return <ol className="numbers" aria-label={label}>{entries.map((entry, at) => <Numbered key={`${at} ${entry.said}`} entry={entry} />)}</ol>
  return <ol className="items" aria-label={label}>{entries.map((entry, at) => <Item key={`${at} ${entry.said}`} entry={entry} names={names} />)}</ol>
}

/** Items whose candidates are not known any more: rollouts of a step that has gone by. */
export function Items({ items }: { readonly items: readonly string[] }) {
  return <ol className="items" aria-label="The answer, in its order">{items.map((item, at) => <li key={`${at} ${item}`} className="item"><Title id={item} said={item} /></li>)}</ol>
}
