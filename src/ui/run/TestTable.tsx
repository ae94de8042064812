// The test queries before and after: three ways to ask, and what training gained on each of the other two.
import type { Evaluation, Gain, Summary } from '../../state/run/run.ts'
import { count, digits, duration, percent, pValue, score, signed } from '../parts/format.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { originalWords, rowWords } from '../../state/tasks/words.ts'
import { useRun, useRunTask } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

const measuring = (rows: string): string => `Greedy answers to ${rows} that training never saw, measured before and after only. Intervals: bootstrap over ${rows}; p: paired randomisation.`
const COLUMNS = ['NDCG@10', 'NDCG@100', 'Recall@10', 'Format', 'Words', 'Distinct'] as const
const ROWS = [
  ['original', undefined], ['prompted', 'Prompted policy'], ['before', 'Starting policy'], ['after', 'Trained policy'],
] as const

function MetricsRow({ name, evaluation }: { readonly name: string; readonly evaluation: Evaluation | undefined }) {
  if (evaluation === undefined) return null
  const { metrics, interval } = evaluation
  return (
    <tr>
      <th scope="row">
        {name}
        {metrics.failed !== undefined && <small className="fault"> {count(metrics.failed)} not ranked, and left out</small>}
      </th>
      <td><strong>{score(metrics['ndcg@10'])}</strong> <small>{score(interval.low)} to {score(interval.high)}</small></td>
      <td>{score(metrics['ndcg@100'])}</td>
      <td>{score(metrics['recall@10'])}</td>
      <td>{evaluation.policy === 'original' ? '–' : percent(metrics.format)}</td>
      <td>{metrics.words.toFixed(1)}</td>
      <td>{percent(metrics.distinct)}</td>
    </tr>
  )
}

function GainLine({ gain, against }: { readonly gain: Gain; readonly against: string }) {
  const side = gain.p >= 0.05 ? 'level' : gain.delta > 0 ? 'better' : 'worse'
  return (
    <li className={`gain ${side}`}>
      <strong>{signed(gain.delta)}</strong> against the {against}
      <small> 95 % interval {signed(gain.low)} to {signed(gain.high)}, p {gain.p < 0.001 ? '' : '= '}{pValue(gain.p)}</small>
    </li>
  )
}

function Conclusion({ summary }: { readonly summary: Summary }) {
  const task = useRunTask()
  const { many } = rowWords(task)
  const { gain, train: { paired }, best, maxLogpGap, seconds } = summary
  return (
    <>
      <ul className="gains" aria-label="Gain of the trained policy on test NDCG@10">
        <GainLine gain={gain.before} against="starting policy" />
        {gain.prompted !== undefined && <GainLine gain={gain.prompted} against="prompted policy" />}
        <GainLine gain={gain.original} against={originalWords(task).title.toLowerCase()} />
      </ul>
      <p className="quiet">
        Measured: the checkpoint of step {count(best.step)} ({best.reason}). Training {many}, sampled: NDCG@100 {score(paired.before)} before,{' '}
        {score(paired.after)} after, p {paired.p < 0.001 ? '' : '= '}{pValue(paired.p)}. Largest sampler–trainer gap{' '}
        {digits(maxLogpGap)}. Took {duration(seconds)}.
      </p>
    </>
  )
}

export function TestTable() {
  const tests = useRun((state) => state.run.tests)
  const summary = useRun((state) => state.run.summary)
  const task = useRunTask()
  const { many } = rowWords(task)
  if (tests.original === undefined) {
    return (
      <p className="waiting">
        Test {many} are measured before training and after it: {task.over === 'queries' ? 'as typed' : 'as they stand'}, by the starting policy and by the trained one, with gains, intervals and p.
      </p>
    )
  }
  return (
    <div className="test">
      <h3>
        <Term explain={measuring(many)} about="p">Test {many}</Term>
      </h3>
      <Sideways label={`Test ${many}`}>
        <table>
          <thead>
            <tr><td />{COLUMNS.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
          </thead>
          <tbody>{ROWS.map(([policy, name]) => <MetricsRow key={policy} name={name ?? originalWords(task).title} evaluation={tests[policy]} />)}</tbody>
        </table>
      </Sideways>
      {summary === undefined ? <p className="quiet">The trained policy is measured when the run ends.</p> : <Conclusion summary={summary} />}
    </div>
  )
}
