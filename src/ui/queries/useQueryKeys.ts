// The table's keys, wherever the focus is within the inspector: j and k, arrows, Enter, / and ← → through the inspector's columns.
import { useEffect } from 'react'
import { isShortcut } from '../../state/shell.ts'
import { useWorkbench } from '../parts/stores.ts'

const grid = (): HTMLElement | null => document.querySelector('[data-queries=grid]')
const columns = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-column]')]

/** Puts the focus `by` columns further; before the first stands the table. */
function goAcross(by: number): boolean {
  const all = columns()
  const at = all.findIndex((column) => column.contains(document.activeElement))
  const next = at + by
  const target = next < 0 ? grid() : all[next]
  if (target === undefined || target === null) return false
  if (!target.hasAttribute('tabindex')) target.tabIndex = -1
  target.focus()
  target.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  return true
}

export function useQueryKeys(): void {
  const { queries, shell } = useWorkbench()
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!isShortcut(event) || event.shiftKey) return
      const inGrid = grid()?.contains(document.activeElement) === true && document.activeElement === grid()
      const letters = shell.getState().keys
      const page = Math.max(1, Math.floor((grid()?.clientHeight ?? 300) / 30) - 2)
      const acts: Readonly<Record<string, (() => boolean | void) | undefined>> = {
        ...(letters ? {
          j: () => queries.move(1), k: () => queries.move(-1),
          n: () => document.querySelector<HTMLElement>('[data-queries=note]')?.focus(),
          '/': () => document.querySelector<HTMLElement>('[data-queries=search]')?.focus(),
        } : {}),
        // arrows scroll whatever else holds the focus
        ...(inGrid || document.activeElement === document.body ? { ArrowDown: () => queries.move(1), ArrowUp: () => queries.move(-1) } : {}),
        ...(inGrid ? {
          Home: () => queries.move(-Infinity), End: () => queries.move(Infinity), PageDown: () => queries.move(page), PageUp: () => queries.move(-page),
          Enter: () => { goAcross(1) },
        } : {}),
        ArrowLeft: () => goAcross(-1), ArrowRight: () => goAcross(1),
      }
      const act = acts[event.key]
      if (act === undefined || act() === false) return
      event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [queries, shell])
}
