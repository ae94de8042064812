// A term with its explanation: shown on hover and on keyboard focus, and read out with the term.
import { useId, type ReactNode } from 'react'

export function Term({ children, explain }: { readonly children: ReactNode; readonly explain: string }) {
  const id = useId()
  return (
    <span className="term">
      <dfn className="term-word" tabIndex={0} aria-describedby={id}>{children}</dfn>
      <span role="tooltip" id={id} className="term-text">{explain}</span>
    </span>
  )
}
