// Judgements by label: one bar in the labels' colours, and the counts in words beside it.
import type { EsciLabel } from '../../domain/dataset.ts'
import { count } from './format.ts'
import { Label, LABELS } from './Label.tsx'
import { Term } from './Term.tsx'

export function LabelsBar({ labels }: { readonly labels: Readonly<Record<EsciLabel, number>> }) {
  const total = LABELS.reduce((sum, label) => sum + labels[label], 0)
  return (
    <div className="labels">
      <div className="labels-bar" aria-hidden="true">
        {LABELS.filter((label) => total === 0 || labels[label] > 0).map((label) => (
          <span key={label} className={`label-${label}`} style={{ flexGrow: total === 0 ? 1 : labels[label] }} />
        ))}
      </div>
      <ul className="labels-counts" aria-label="Judgements by label">
        {LABELS.map((label) => <li key={label}><Label label={label} /> {count(labels[label])}</li>)}
        <li><Term about="labels">what the letters mean</Term></li>
      </ul>
    </div>
  )
}
