// One rollout of a group: its tokens, the sum that its reward is, which way it pulls, and how it ended.
import { memo } from 'react'
import { thoughtOf } from '../../domain/outputs.ts'
import { stopWords, sumOf, type RewardSum } from '../../state/inspect/groups.ts'
import type { ScoredRollout } from '../../state/inspect/replay.ts'
import { count, digits, score, signed } from '../parts/format.ts'
import { Items } from '../parts/Items.tsx'
import { Term } from '../parts/Term.tsx'
import { Thought } from '../parts/Thought.tsx'
import { logWords } from './logWords.ts'
import { Tokens } from './Tokens.tsx'

/** A bar from the middle: to the right what adds, to the left what takes away. `share` of half the width, −1 to 1. */
function Bar({ share }: { readonly share: number }) {
  const width = `${(Math.min(1, Math.abs(share)) * 50).toFixed(1)}%`
  return (
    <span className="bar" aria-hidden="true">
      <span className={share < 0 ? 'negative' : 'positive'} style={{ [share < 0 ? 'right' : 'left']: '50%', width }} />
    </span>
  )
}

function Sum({ sum, reward, most }: { readonly sum: RewardSum; readonly reward: number; readonly most: number }) {
  return (
    <table className="reward-sum">
      <caption className="visually-hidden">What the reward is made of: part times weight</caption>
      <tbody>
        {sum.addends.map(({ part, name, value, weight, product }) => (
          <tr key={part} className={product === 0 ? 'zero' : ''}>
            <th scope="row">{name}</th>
            <td className="number quiet">{digits(value)} × {digits(weight)}</td>
            <td><Bar share={product / most} /></td>
            <td className="number">{signed(product)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">reward</th>
          <td className="number quiet">{sum.adds ? '= sum' : ''}</td>
          <td><Bar share={reward / most} /></td>
          <td className="number"><strong>{score(reward)}</strong></td>
        </tr>
        {!sum.adds && <tr><td colSpan={4} className="warns">these weights give {score(sum.total)}: the run went on with others</td></tr>}
      </tfoot>
    </table>
  )
}

interface MemberProps {
  readonly rollout: ScoredRollout
  readonly settings: Readonly<Record<string, unknown>>
  /** the largest addend or reward of the group, which fills half a bar */
  readonly most: number
}

function MemberBase({ rollout, settings, most }: MemberProps) {
  const sum = sumOf(rollout, settings)
  const { reward, failed, advantage, tokens, logp, rewrite, items } = rollout
  const thought = thoughtOf(rollout.text)
  return (
    <li className="member" aria-label={`Rollout ${rollout.member + 1}`}>
      <header>
        <span className="quiet">{rollout.member + 1}</span>
        <strong>{reward === undefined ? 'no reward' : score(reward)}</strong>
        {reward !== undefined && <span className="member-advantage"><Term about="advantage">advantage</Term> <Bar share={advantage / 3} /> {signed(advantage)}</span>}
      </header>
      {thought !== undefined && <Thought thought={thought} budget={Number(settings['thoughtBudget'] ?? 0)} />}
      {rewrite === undefined ? <p className="fault">format broken</p> : items !== undefined ? <Items items={items} /> : <p className="rewrite">{rewrite === '' ? <span className="quiet">(an empty query)</span> : rewrite}</p>}
      {failed !== undefined && <p className="fault">not ranked: {failed}</p>}
      {sum !== undefined && <Sum sum={sum} reward={reward!} most={most} />}
      <Tokens rollout={rollout} prefilled={settings['thinking'] === true} />
      <p className="quiet member-end">{count(tokens)} tokens, {stopWords(rollout)} · log-probability {logWords(logp, 2)}, {logWords(logp / Math.max(1, tokens), 3)} a token</p>
    </li>
  )
}
export const Member = memo(MemberBase)
