// The test queries in one line above the curves: where things started, and what training gained once it is measured.
import { pValue, score, signed } from '../parts/format.ts'
import { originalWords, rowWords } from '../../state/tasks/words.ts'
import { useRun, useRunTask } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

export function TestStrip() {
  const tests = useRun((state) => state.run.tests)
  const gain = useRun((state) => state.run.summary?.gain)
  const task = useRunTask()
  const original = originalWords(task).title.toLowerCase()
  const said = [['original', original], ['before', 'starting policy'], ['after', 'trained policy']] as const
  const against = gain === undefined ? [] : [['starting policy', gain.before] as const, [original, gain.original] as const]
  return (
    <p className="test-strip">
      <Term explain={`Greedy answers to ${rowWords(task).many} that training never saw, measured before and after only. More under Test result.`}>Test NDCG@10</Term>
      {tests.original === undefined && <span>measured before training, and after it</span>}
      {said.map(([policy, said]) => {
        const evaluation = tests[policy]
        return evaluation === undefined ? null : <span key={policy}>{said} <strong>{score(evaluation.metrics['ndcg@10'])}</strong></span>
      })}
      {against.map(([other, { delta, p }]) => (
        <span key={other} className={p >= 0.05 ? 'level' : delta > 0 ? 'better' : 'worse'}>
          <strong>{signed(delta)}</strong> on the {other}, p {p < 0.001 ? '' : '= '}{pValue(p)}
        </span>
      ))}
    </p>
  )
}
