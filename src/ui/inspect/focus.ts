// The focus goes from product to product: down a column, and across to where the same product stands beside it.

const button = (row: Element | null): HTMLElement | null => row?.querySelector<HTMLElement>('button') ?? null

/** Focuses the product at `rank` in the column of `within`; false where none is drawn. */
export function focusRank(within: Element, rank: number): boolean {
  const target = button(within.closest('[data-column]')?.querySelector(`[data-rank="${rank}"]`) ?? null)
  target?.focus()
  return target !== null
}

/** Focuses the same product in the column beside, else what stands at its rank there; false where nothing does. */
export function focusAcross(within: Element, rank: number, by: 1 | -1): boolean {
  const column = within.closest('[data-column]')
  const columns = [...document.querySelectorAll('[data-column]')]
  const beside = column === null ? undefined : columns[columns.indexOf(column) + by]
  if (beside === undefined) return false
  const product = column?.querySelector<HTMLElement>(`[data-rank="${rank}"]`)?.dataset['product'] ?? ''
  const target = button(beside.querySelector(`[data-rank][data-product="${CSS.escape(product)}"]`))
    ?? button(beside.querySelector(`[data-rank="${rank}"]`)) ?? [...beside.querySelectorAll<HTMLElement>('[data-rank] button')].at(-1)
  target?.focus()
  return target !== undefined
}
