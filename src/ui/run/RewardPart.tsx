// One part of the reward: whether it counts, its weight, what it is worth on the output that is shown, and what else decides it.
import { useId, useState } from 'react'
import { REWARD_WEIGHTS, type RewardPart } from '../../domain/reward.ts'
import { PART_NAMES } from '../../domain/rewards/names.ts'
import { PART_TERMS } from '../../domain/rewards/terms.ts'
import { NAMED_PARTS } from '../../domain/rewards/weights.ts'
import { SETTINGS, type SettingName, type Settings } from '../../domain/settings.ts'
import type { Share } from '../../state/run/rewardSum.ts'
import { score, signed } from '../parts/format.ts'
import { useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { Setting } from './Setting.tsx'

/** What else decides a part, beside rewardK. */
const OPTIONS: Readonly<Partial<Record<RewardPart, readonly SettingName[]>>> = {
  ndcg: ['trainK'], lcs: ['listLength'], length: ['lengthFree'], thought: ['thoughtBudget'], wrongLength: ['listLength'],
  diversity: ['diversityBy'], freshness: ['freshnessColumn'], business: ['businessColumn'], expression: ['expression'],
}

/** Weights to begin with: about as much as the part is worth beside an NDCG of weight 1. */
const BEGINS: Readonly<Partial<Record<RewardPart, number>>> = {
  ndcg: 1, format: 0.1, malformed: -2, repetition: -0.5, length: -0.2, overlong: -0.5, recall: 1, mrr: 1, hit: 0.5, lcs: 1,
  duplicates: -0.5, strangers: -0.5, wrongLength: -0.5, thought: -0.2, expression: 1,
}

/** Formulas that show what can be said. */
const FORMULAS: readonly (readonly [formula: string, says: string])[] = [
  ['ndcg * (1 - repetition)', 'found without stuttering'],
  ['2 * ndcg * diversity / (ndcg + diversity)', 'both or nothing: the harmonic mean'],
  ['ndcg * (malformed == 0)', 'only where the format holds'],
  ['min(recall, 1 - strangers)', 'as good as the weaker of two'],
]

function Bar({ share }: { readonly share: number }) {
  const width = `${(Math.min(1, Math.abs(share)) * 50).toFixed(1)}%`
  return <span className="bar" aria-hidden="true"><span className={share < 0 ? 'negative' : 'positive'} style={{ [share < 0 ? 'right' : 'left']: '50%', width }} /></span>
}

interface PartProps {
  readonly part: RewardPart
  readonly share: Share
  /** the largest addend or reward, which fills half a bar */
  readonly most: number
  readonly settings: Settings
  readonly base: Settings
  /** numeric columns that the catalogue has, once they are known */
  readonly columns: readonly string[] | undefined
}

export function RewardPartRow({ part, share, most, settings, base, columns }: PartProps) {
  const { run } = useWorkbench()
  const name = REWARD_WEIGHTS[part]
  const weight = settings[name]
  const id = useId()
  const [draft, setDraft] = useState<{ readonly text: string; readonly fault: string }>()
  // what it weighed when it last counted
  const [last, setLast] = useState(weight !== 0 ? weight : base[name] !== 0 ? base[name] : BEGINS[part] ?? 0.2)
  const take = (text: string): void => {
    const fault = run.change(name, text)
    setDraft(fault === undefined ? undefined : { text, fault })
    if (fault === undefined && Number(text) !== 0) setLast(Number(text))
  }
  const on = weight !== 0
  const words = PART_NAMES[part]
  return (
    <>
      <tr className={`reward-part ${on ? 'on' : ''} ${weight === base[name] ? '' : 'changed'}`}>
        <th scope="row">
          <label className="check">
            <input type="checkbox" checked={on} aria-label={`${words} counts`} onChange={(event) => take(event.currentTarget.checked ? String(last) : '0')} />
          </label>
          <Term about={`part-${part}`} entry={PART_TERMS[part]}>{words}</Term>
        </th>
        <td>
          <input
            type="text" inputMode="decimal" autoComplete="off" spellCheck={false} aria-label={`Weight of ${words}`} aria-invalid={draft !== undefined}
            aria-describedby={draft === undefined ? undefined : id} value={draft?.text ?? String(weight)} onChange={(event) => take(event.currentTarget.value)}
          />
        </td>
        <td className="number">{score(share.value)}</td>
        <td className="reward-bar">{share.adds === undefined ? null : <Bar share={share.adds / most} />}</td>
        <td className="number">{share.adds === undefined ? '' : signed(share.adds)}</td>
        <td className="number mean quiet">{score(share.mean)}</td>
      </tr>
      {draft !== undefined && <tr className="reward-more"><td colSpan={6}><p id={id} role="alert" className="fault">{draft.fault}</p></td></tr>}
      {on && OPTIONS[part] !== undefined && (
        <tr className="reward-more">
          <td colSpan={6}>
            {OPTIONS[part].map((option) => {
              const spec = SETTINGS.find((known) => known.name === option)
              return spec === undefined ? null : <Setting key={option} spec={spec} value={settings[option]} preset={base[option]} />
            })}
            <Columns part={part} settings={settings} columns={columns} />
            {part === 'expression' && <Formulas />}
          </td>
        </tr>
      )}
    </>
  )
}

/** Which columns there are to name; a run that names another one is refused when it begins. */
function Columns({ part, settings, columns }: Pick<PartProps, 'part' | 'settings' | 'columns'>) {
  const { run } = useWorkbench()
  if (columns === undefined || (part !== 'freshness' && part !== 'business')) return null
  const name = part === 'freshness' ? 'freshnessColumn' : 'businessColumn'
  if (columns.length === 0) return <p className="warns">The open catalogue has no numeric column: a run with this part would be refused.</p>
  return (
    <p className={columns.includes(settings[name]) ? 'quiet' : 'warns'}>
      {columns.includes(settings[name]) ? 'The catalogue has' : `The catalogue has no column ${settings[name]}. It has`}{' '}
      {columns.map((column) => <button key={column} type="button" className="plain" onClick={() => run.change(name, column)}>{column}</button>)}
    </p>
  )
}

function Formulas() {
  const { run } = useWorkbench()
  return (
    <details className="formulas">
      <summary>Names to use, and formulas to begin with</summary>
      <p className="quiet">{NAMED_PARTS.map((part, at) => <span key={part}>{at > 0 && ', '}<code>{part}</code></span>)}</p>
      <ul>
        {FORMULAS.map(([formula, says]) => (
          <li key={formula}>
            <button type="button" className="plain" onClick={() => run.change('expression', formula)}><code>{formula}</code></button> <span className="quiet">{says}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

interface TotalProps extends Pick<PartProps, 'most' | 'settings'> {
  readonly reward: number | undefined
  readonly shares: Readonly<Record<RewardPart, Share>>
}

/** The sum of the addends above it. */
export function RewardTotal({ reward, most, shares, settings }: TotalProps) {
  const means = (Object.keys(REWARD_WEIGHTS) as RewardPart[]).filter((part) => settings[REWARD_WEIGHTS[part]] !== 0).map((part) => settings[REWARD_WEIGHTS[part]] * (shares[part].mean ?? Number.NaN))
  return (
    <tfoot>
      <tr>
        <th scope="row" colSpan={2}>reward <span className="quiet">= sum of what is added</span></th>
        <td />
        <td className="reward-bar">{reward === undefined ? null : <Bar share={reward / most} />}</td>
        <td className="number"><strong>{reward === undefined ? '–' : signed(reward)}</strong></td>
        <td className="number mean"><strong>{means.length === 0 ? '–' : score(means.reduce((sum, one) => sum + one, 0))}</strong></td>
      </tr>
    </tfoot>
  )
}
