// The combobox of the inspector: pick one of the task's rows; where those are queries, type any other.
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { queryIndexOf } from '../../state/inspect/queries.ts'
import { rowWords } from '../../state/tasks/words.ts'
import { useRows, useView, useWorkbench } from '../parts/stores.ts'

const MOST_OPTIONS = 60
const TYPING_PAUSE_MS = 700
const NONE_FOUND = { options: [], total: 0 } as const

export function QueryPicker() {
  const { view } = useWorkbench()
  const id = useId()
  const queries = useRows((state) => state.rows)
  const spec = useRows((state) => state.spec)
  const reading = useRows((state) => state.reading)
  // a text that is no row of the data can be searched for, but nobody bought it
  const free = spec.over === 'queries'
  const { one, many } = rowWords(spec)
  const query = useView((state) => state.query)
  const split = useView((state) => state.inspection?.judged?.split)
  // what is being typed; the store's query stands where nothing is
  const [draft, setDraft] = useState<string>()
  const text = draft ?? query
  const [open, setOpen] = useState(false)
  // true once something was typed since the list opened: before that the list offers every query, not those like the one shown
  const [typed, setTyped] = useState(false)
  const [at, setAt] = useState(-1)
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined)
  const wanted = useDeferredValue(typed ? text : '')
  const { options, total } = useMemo(() => (open ? queryIndexOf(queries).find(wanted, MOST_OPTIONS) : NONE_FOUND), [queries, wanted, open])

  useEffect(() => () => clearTimeout(typing.current), [])

  const close = (): void => {
    setOpen(false)
    setTyped(false)
    setAt(-1)
  }
  const take = (next: string, chosen?: string): void => {
    clearTimeout(typing.current)
    setDraft(undefined)
    close()
    if (chosen !== undefined || (free && next.trim() !== query)) view.setQuery(next.trim(), chosen)
  }
  const type = (next: string): void => {
    setDraft(next)
    setTyped(true)
    setOpen(true)
    setAt(-1)
    clearTimeout(typing.current)
    if (free) typing.current = setTimeout(() => view.setQuery(next.trim()), TYPING_PAUSE_MS)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const next = at + (event.key === 'ArrowDown' ? 1 : -1)
      setAt(Math.max(-1, Math.min(options.length - 1, next)))
    } else if (event.key === 'Enter') {
      const row = options[at] ?? (free ? undefined : options[0])
      take(row?.text ?? text, row?.id)
    } else if (event.key === 'Escape') {
      if (open) close()
      else setDraft(undefined)
    }
  }
  useEffect(() => {
    if (at >= 0) document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at, id])

  return (
    <div className="picker">
      <label htmlFor={id}>{free ? 'Query' : 'History'}</label>
      <div className="picker-field">
        <input
          id={id} type="text" role="combobox" autoComplete="off" spellCheck={false} value={text} placeholder={reading ? 'titles are being read …' : free ? 'Pick a judged query, or type any other' : 'Pick a history by its items'}
          aria-expanded={open} aria-controls={`${id}-list`} aria-autocomplete="list" {...(at >= 0 ? { 'aria-activedescendant': `${id}-${at}` } : {})}
          onChange={(event) => type(event.currentTarget.value)} onClick={() => setOpen(true)} onKeyDown={press}
          onFocus={(event) => event.currentTarget.select()} onBlur={() => take(text)}
        />
        {open && (
          <ul id={`${id}-list`} role="listbox" aria-label={free ? 'Judged queries' : 'Histories'} className="picker-list">
            {options.map((option, index) => (
              <li
                key={option.id} id={`${id}-${index}`} role="option" aria-selected={index === at}
                // before blur, which would take the text as it stands
                onPointerDown={(event) => {
                  event.preventDefault()
                  take(option.text, option.id)
                }}
              >
                <span>{option.text}</span> <small>{option.split}</small>
              </li>
            ))}
            {total > options.length && <li role="presentation" className="quiet">{total - options.length} more: type to narrow them down</li>}
            {total === 0 && <li role="presentation" className="quiet">{free ? 'no judged query holds these words; Enter asks for them all the same' : `none of the ${many} holds these words`}</li>}
          </ul>
        )}
      </div>
      {split !== undefined && <span className="badge">{split} {one}</span>}
    </div>
  )
}
