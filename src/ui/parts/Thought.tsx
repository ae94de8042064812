// What was written before an answer, with its length; long ones are folded.
import { wordCount } from '../../state/tasks/words.ts'
import { count } from './format.ts'

/** Longer thoughts are folded. */
const LONG_THOUGHT = 140

export function Thought({ thought, budget = 0 }: { readonly thought: string; /** words that it may have; 0: any */ readonly budget?: number }) {
  const words = wordCount(thought)
  const length = <small className={budget > 0 && words > budget ? 'warns' : 'quiet'}>{count(words)} {words === 1 ? 'word' : 'words'}{budget > 0 && ` of ${count(budget)}`}</small>
  if (thought.length <= LONG_THOUGHT) return <p className="thought" title="the thought before the answer">{thought} {length}</p>
  return (
    <details className="thought">
      <summary>{thought.slice(0, LONG_THOUGHT - 20).trimEnd()} … {length}</summary>
      <p>{thought}</p>
    </details>
  )
}
