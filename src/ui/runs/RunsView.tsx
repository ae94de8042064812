// The runs that this browser keeps: listed, compared, named, taken elsewhere.
import { useId } from 'react'

export function RunsView() {
  const heading = useId()
  return (
    <section className="panel runs" aria-labelledby={heading}>
      <h2 id={heading}>Runs</h2>
    </section>
  )
}
