// The search box: the catalogue as MiniSearch finds it while one types, with beginnings of words, misspellings and suggestions.
import { useId, useRef, useState, type FocusEvent, type KeyboardEvent } from 'react'
import { HITS } from '../../state/data/search.ts'
import { significant } from '../parts/format.ts'
import { useLooking, useProduct, useSearch, useWorkbench } from '../parts/stores.ts'

function Hit({ id, score }: { readonly id: string; readonly score: number }) {
  const { looking, search } = useWorkbench()
  const product = useProduct(id)
  const open = useLooking(({ looked }) => looked?.id === id && looked.by === 'search')
  const title = product === undefined ? '' : product === null || product.title === '' ? id : product.title
  return (
    <li>
      <button
        type="button" className="hit" aria-haspopup="dialog" aria-expanded={open}
        onClick={() => looking.look(id, 'search', search.getState().text)}
      >
        <span className="title" title={title}>{title}</span><span className="result-score" title="score">{significant(score)}</span>
      </button>
    </li>
  )
}

function Found() {
  const { search } = useWorkbench()
  const { text, prefix, fuzzy, hits, suggestions, searching, instead, fault } = useSearch((state) => state)
  const nothing = searching ? 'Searching …' : 'Nothing found.'
  const empty = text.trim() === '' ? 'Type to search titles, descriptions, bullet points, brands and colours.' : nothing
  return (
    <>
      {instead !== undefined && <p className="quiet">{instead}</p>}
      {instead === undefined && (
        <p className="search-how">
          <label>
            <input type="checkbox" checked={prefix} onChange={(event) => search.set({ prefix: event.currentTarget.checked })} /> beginnings of words
          </label>
          <label>
            <input type="checkbox" checked={fuzzy} onChange={(event) => search.set({ fuzzy: event.currentTarget.checked })} /> misspellings
          </label>
        </p>
      )}
      {suggestions.length > 0 && (
        <ul className="suggestions" aria-label="Suggestions">
          {suggestions.map((said) => <li key={said}><button type="button" onClick={() => search.type(said)}>{said}</button></li>)}
        </ul>
      )}
      {fault !== undefined && <p role="status" className="quiet">{fault}</p>}
      {fault === undefined && hits.length === 0 && <p role="status" className="quiet">{empty}</p>}
      <ol className="hits" aria-label="Products found">{hits.map(({ id, score }) => <Hit key={id} id={id} score={score} />)}</ol>
      {hits.length === HITS && <p className="quiet">the first {HITS}</p>}
    </>
  )
}

export function CatalogueSearch() {
  const { search } = useWorkbench()
  const id = useId()
  const text = useSearch((state) => state.text)
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const leave = (event: FocusEvent): void => { if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false) }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && open) {
      event.stopPropagation()
      setOpen(false)
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      // through the box, its suggestions and what was found
      event.preventDefault()
      const stops = [...box.current?.querySelectorAll<HTMLElement>('input[type=search], .suggestions button, .hit') ?? []]
      const at = stops.findIndex((stop) => stop === document.activeElement)
      stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus()
    }
  }
  return (
    <div ref={box} className="search" role="search" onBlur={leave} onKeyDown={press}>
      <input
        id={id} type="search" aria-label="Search the catalogue" placeholder="Search the catalogue" autoComplete="off" spellCheck={false} value={text}
        onFocus={() => setOpen(true)} onClick={() => setOpen(true)}
        onChange={(event) => {
          setOpen(true)
          search.type(event.currentTarget.value)
        }}
      />
      {open && <div className="search-found"><Found /></div>}
    </div>
  )
}
