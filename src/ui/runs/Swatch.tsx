// The sign of a compared run, the same in the list, the curves and the tables: its colour, its dash pattern and its number.
import { RUN_COLOURS, RUN_DASHES } from './palette.ts'

export function Swatch({ place }: { readonly place: number }) {
  return (
    <svg className="swatch" viewBox="0 0 22 10" width="22" height="10" aria-hidden="true" focusable="false">
      <line x1="1" y1="5" x2="21" y2="5" stroke={RUN_COLOURS[place % RUN_COLOURS.length]} strokeWidth="2.5" strokeDasharray={RUN_DASHES[place % RUN_DASHES.length]} />
    </svg>
  )
}
