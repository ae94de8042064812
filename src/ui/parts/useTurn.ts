// A slice of a store that reaches its component in a task of the component's own.
import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import type { StoreApi } from 'zustand'
import { inTurn } from './turns.ts'

/** As a selector hook, but late: many components that follow one store render one after another, a task each. `select` must be stable. */
export function useTurn<State, Slice>(store: StoreApi<State>, select: (state: State) => Slice): Slice {
  const [slice, setSlice] = useState(() => select(store.getState()))
  useEffect(() => {
    let withdraw = (): void => undefined
    const refresh = (): void => {
      withdraw = inTurn(show)
    }
    const show = (): void => {
      // without flushSync React would gather the renders of several turns into one long task
      flushSync(() => setSlice(() => select(store.getState())))
    }
    refresh()
    const unsubscribe = store.subscribe(refresh)
    return () => {
      unsubscribe()
      withdraw()
    }
  }, [store, select])
  return slice
}
