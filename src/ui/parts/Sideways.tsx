// A wide table that scrolls sideways on a narrow page: by touch, by wheel, and by keyboard.
import type { ReactNode } from 'react'

/** `label` says what it holds. */
export function Sideways({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return <div className="scroll-x" role="group" aria-label={`${label}, scrolls sideways`} tabIndex={0}>{children}</div>
}
