// Whether a media query holds, followed as the window changes.
import { useCallback, useSyncExternalStore } from 'react'

/** Where a page is laid out for a phone, as the style sheets have it. */
export const NARROW = '(width < 700px)'

export function useMedia(query: string): boolean {
  const subscribe = useCallback((changed: () => void) => {
    const media = matchMedia(query)
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [query])
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches)
}
