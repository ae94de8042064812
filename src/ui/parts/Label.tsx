// An ESCI label as a letter in its colour, with its word for those who cannot see either.
import type { EsciLabel } from '../../domain/dataset.ts'

export const LABEL_WORDS: Readonly<Record<EsciLabel, string>> = { E: 'Exact', S: 'Substitute', C: 'Complement', I: 'Irrelevant' }
export const LABELS = ['E', 'S', 'C', 'I'] as const

export function Label({ label }: { readonly label: EsciLabel }) {
  return (
    <span className={`label label-${label}`} title={LABEL_WORDS[label]}>
      <span aria-hidden="true">{label}</span>
      <span className="visually-hidden">{LABEL_WORDS[label]}</span>
    </span>
  )
}
