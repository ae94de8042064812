// Which split, which measure, and which two systems the table compares.
import type { Split } from '../../domain/dataset.ts'
import type { System } from '../../state/queries/systems.ts'
import { TABLE_METRICS } from '../../state/queries/queryRows.ts'
import { useQueryTable, useRowWords, useWorkbench } from '../parts/stores.ts'
import { METRIC_WORDS } from './words.ts'

const SPLITS: readonly Split[] = ['test', 'validation', 'train']

function Systems({ label, value, onChoose }: { readonly label: string; readonly value: string; readonly onChoose: (id: string) => void }) {
  const systems = useQueryTable((state) => state.systems)
  const split = useQueryTable((state) => state.split)
  const groups = [...new Set(systems.map(({ group }) => group))]
  const usable = ({ asks, known }: System): boolean => asks || known.includes(split)
  // who ranks is told where not all are ranked by one
  const ranked = new Set(systems.flatMap(({ terms }) => terms?.recommender ?? []))
  const nameOf = ({ title, terms }: System): string => (
    ranked.size > 1 && terms?.recommender !== undefined ? `${title} (${terms.recommender})` : title)
  const chosen = systems.find(({ id }) => id === value)
  return (
    <select aria-label={label} title={chosen && nameOf(chosen)} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
      {!systems.some(({ id }) => id === value) && <option value={value} disabled>not there yet</option>}
      {groups.map((group) => (
        <optgroup key={group} label={group}>
          {systems.filter((system) => system.group === group).map((system) => (
            <option key={system.id} value={system.id} disabled={!usable(system)}>{nameOf(system)}{usable(system) ? '' : ` (not on ${split})`}</option>
          ))}
        </optgroup>
      ))}
    </select>
  )
}

export function Choosing() {
  const { queries } = useWorkbench()
  const { many } = useRowWords()
  const { split, a, b, metric } = useQueryTable((state) => state)
  return (
    <div className="queries-choosing">
      <Systems label="System A" value={a} onChoose={(id) => queries.choose({ a: id })} />
      <span aria-hidden="true">→</span>
      <Systems label="System B" value={b} onChoose={(id) => queries.choose({ b: id })} />
      <select aria-label="Queries of" value={split} onChange={(event) => queries.choose({ split: event.currentTarget.value as Split })}>
        {SPLITS.map((name) => <option key={name} value={name}>{name} {many}</option>)}
      </select>
      <select aria-label="Measure" value={metric} onChange={(event) => queries.show({ metric: TABLE_METRICS.find((name) => name === event.currentTarget.value) ?? metric })}>
        {TABLE_METRICS.map((name) => <option key={name} value={name}>{METRIC_WORDS[name]}</option>)}
      </select>
    </div>
  )
}
