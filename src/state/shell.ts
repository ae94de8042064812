// The store of what stands over every place: help, the tour of a first visit, and whether single keys do anything.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TermName } from '../domain/glossary.ts'

export interface ShellState {
  /** the help sheet: closed, open at its top, or at a term */
  readonly help: TermName | 'top' | undefined
  /** where the tour is; undefined when there is none */
  readonly tour: number | undefined
  /** whether single keys (j, k, /, ?) are shortcuts: people who speak to their computer switch them off (WCAG 2.1.4) */
  readonly keys: boolean
}

export interface Shell extends StoreApi<ShellState> {
  readonly showHelp: (at: TermName | 'top') => void
  readonly closeHelp: () => void
  readonly beginTour: () => void
  readonly goTo: (step: number) => void
  readonly endTour: () => void
  readonly setKeys: (on: boolean) => void
}

/** What a browser remembers between visits; localStorage where there is one. */
export interface Memory {
  getItem(name: string): string | null
  setItem(name: string, value: string): void
}

const TOURED = 'rec-r1-workbench toured'
const KEYS = 'rec-r1-workbench keys'

/** The first visit begins with the tour. A memory that is full or shut off forgets; it stops nothing. */
export function createShell(given: Memory): Shell {
  const memory: Memory = {
    getItem: (name) => quietly(() => given.getItem(name)) ?? null,
    setItem: (name, value) => { quietly(() => given.setItem(name, value)) },
  }
  const store = createStore<ShellState>(() => ({
    help: undefined, tour: memory.getItem(TOURED) === null ? 0 : undefined, keys: memory.getItem(KEYS) !== 'off',
  }))
  const { setState } = store
  return {
    ...store,
    showHelp: (help) => setState({ help }),
    closeHelp: () => setState({ help: undefined }),
    beginTour: () => setState({ tour: 0, help: undefined }),
    goTo: (tour) => setState({ tour }),
    endTour: () => {
      memory.setItem(TOURED, 'yes')
      setState({ tour: undefined })
    },
    setKeys: (keys) => {
      memory.setItem(KEYS, keys ? 'on' : 'off')
      setState({ keys })
    },
  }
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** Whether a key press is a shortcut: no text is being typed, nothing is held with it, and no dialog is open over what it would act on. */
export function isShortcut(event: { readonly target: EventTarget | null; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly altKey: boolean; readonly defaultPrevented: boolean }): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false
  const target = event.target as { closest?: (selector: string) => unknown } | null
  return !target?.closest?.('input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable], [role=menu], [role=listbox], dialog, [role=dialog]')
}
