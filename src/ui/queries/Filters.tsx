// What the table shows: a search, how the queries came out, a domain; and regressions first in one click.
import { COLUMNS, FILTERS } from '../../state/queries/queryRows.ts'
import { count } from '../parts/format.ts'
import { useQueryTable, useRowWords, useWorkbench } from '../parts/stores.ts'
import { ORDER_WORDS, FILTER_WORDS } from './words.ts'

export function Filters() {
  const { queries } = useWorkbench()
  const { filter, domain, search, sort, table, order } = useQueryTable((state) => state)
  const { one, many } = useRowWords()
  const searched = one === 'query' ? 'Search queries and rewrites' : `Search ${many} and answers`
  const regressions = sort?.by === 'delta' && !sort.down
  return (
    <div className="queries-filters">
      <input
        type="search" aria-label={searched} placeholder={searched} data-queries="search" aria-keyshortcuts="/"
        value={search} onChange={(event) => queries.show({ search: event.currentTarget.value })}
        onKeyDown={(event) => {
          // on to what was found
          if (event.key === 'ArrowDown' || event.key === 'Enter') document.querySelector<HTMLElement>('[data-queries=grid]')?.focus()
        }}
      />
      <select aria-label="Show" value={filter} onChange={(event) => queries.show({ filter: FILTERS.find((name) => name === event.currentTarget.value) ?? 'all' })}>
        {FILTERS.map((name) => <option key={name} value={name}>{FILTER_WORDS[name]}</option>)}
      </select>
      {table.domains.length > 1 && (
        <select aria-label="Domain" value={domain ?? ''} onChange={(event) => queries.show({ domain: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}>
          <option value="">every domain</option>
          {table.domains.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      )}
      <select
        className="queries-order" aria-label="Order" value={sort === undefined ? '' : `${sort.by} ${sort.down ? 'down' : 'up'}`}
        onChange={(event) => {
          const [name, way] = event.currentTarget.value.split(' ')
          const by = COLUMNS.find((column) => column === name)
          queries.show({ sort: by === undefined ? undefined : { by, down: way === 'down' } })
        }}
      >
        <option value="">in their own order</option>
        {ORDER_WORDS.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
      </select>
      <button type="button" className="button small" aria-pressed={regressions} onClick={() => queries.show({ sort: regressions ? undefined : { by: 'delta', down: false } })}>
        <span aria-hidden="true">▼</span> Regressions first
      </button>
      <span role="status" className="quiet">{order.length === table.rows.length ? count(order.length) : `${count(order.length)} of ${count(table.rows.length)}`} {many}</span>
    </div>
  )
}
