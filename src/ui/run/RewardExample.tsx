// The output on which the editor shows what each part gives: one of the last step's rollouts, or a row as it stands.
import type { ValuedOutput } from '../../state/run/rewardExamples.ts'
import { count, score } from '../parts/format.ts'
import type { Valuing } from './useValued.ts'

interface ExampleProps extends Valuing {
  readonly output: ValuedOutput | undefined
  readonly reward: number | undefined
}

export function RewardExample({ valued, fault, waits, at, show, value, output, reward }: ExampleProps) {
  if (fault !== undefined) return <p className="notice warn" role="alert">No output can be valued: {fault}</p>
  if (valued === undefined) {
    return waits === 'server'
      ? <p className="notice">To show what the parts give, the server is asked for a ranking of each of the last step’s answers. <button type="button" className="button small" onClick={value}>Ask it</button></p>
      : <p className="waiting" role="status">{waits === 'data' ? 'what the parts give is shown once data is open' : 'ranking outputs to show what the parts give …'}</p>
  }
  const { outputs, step } = valued
  if (output === undefined) return <p className="notice">The rollouts of this run belong to rows that the open data does not have.</p>
  const of = step === undefined ? 'rows as they stand: nothing was sampled yet' : `rollouts of step ${count(step)}`
  const differs = output.earned !== undefined && reward !== undefined && Math.abs(output.earned - reward) > 1e-6
  return (
    <section className="reward-example" aria-label="Output that the parts are shown for">
      <header>
        <span className="quiet">{count(at + 1)} of {count(outputs.length)} {of}</span>
        <span className="reward-turn">
          <button type="button" className="button small" aria-label="Previous output" onClick={() => show(at - 1)}>‹</button>
          <button type="button" className="button small" aria-label="Next output" onClick={() => show(at + 1)}>›</button>
        </span>
      </header>
      <p className="reward-asked">{output.asked}</p>
      <p className="reward-answer"><span className="quiet">→</span> {output.answer === '' ? <span className="quiet">(nothing)</span> : output.answer}</p>
      {output.failed !== undefined && <p className="fault">not ranked: {output.failed}</p>}
      {differs && <p className="quiet">It earned {score(output.earned)} in its step; as it is weighed now, it would earn {score(reward)}.</p>}
    </section>
  )
}
