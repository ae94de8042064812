// The product under the pointer or the focus, wherever it stands in the inspector: its other places and its lines show themselves.
import { createContext, use, type FocusEvent, type PointerEvent } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Hot extends StoreApi<{ readonly id: string | undefined }> {
  /** for the element around every place that says `data-product` */
  readonly handlers: {
    readonly onPointerOver: (event: PointerEvent) => void
    readonly onPointerLeave: () => void
    readonly onFocus: (event: FocusEvent) => void
    readonly onBlur: () => void
  }
}

const productAt = (target: EventTarget): string | undefined => (target as Element).closest<HTMLElement>('[data-product]')?.dataset['product']

export function createHot(): Hot {
  const store = createStore<{ readonly id: string | undefined }>(() => ({ id: undefined }))
  const set = (id: string | undefined): void => { if (store.getState().id !== id) store.setState({ id }) }
  return {
    ...store,
    handlers: {
      onPointerOver: ({ target }) => set(productAt(target)), onPointerLeave: () => set(undefined),
      onFocus: ({ target }) => set(productAt(target)), onBlur: () => set(undefined),
    },
  }
}

export const HotContext = createContext<Hot>(createHot())

export function useHotId(): string | undefined {
  return useStore(use(HotContext), ({ id }) => id)
}

/** Whether it is this product: who asks renders again only when that changes. */
export function useIsHot(product: string): boolean {
  return useStore(use(HotContext), ({ id }) => id === product)
}
