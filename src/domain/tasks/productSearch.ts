// Product search: a shopper's query becomes the query that is searched for (Rec-R1 on ESCI and Amazon-C4).
import { renderCompletion, renderPrompt } from '../prompt.ts'
import { parseEvaluation, parseTraining } from '../request.ts'
import type { TaskSpec } from './task.ts'

export const productSearch: TaskSpec = {
  name: 'product-search',
  title: 'Product search',
  version: 1,
  explanation: 'The policy rewrites a shopper’s query; the recommender ranks the catalogue for the rewrite.',
  source: 'linjc16/Rec-R1: the sparse prompt of ESCI and Amazon-C4 (template rec-r1); the short frame is ours (template compact).',
  over: 'queries',
  answers: 'query',
  rows: ({ queries }) => queries,
  needs: () => [],
  describe: ({ text }) => text,
  prompt: ({ row, settings }) => renderPrompt(row.text, settings),
  parse: ({ prompt, settings }, completion) => parseTraining(prompt, completion, settings.mode),
  read: ({ prompt }, completion) => ({ text: parseEvaluation(prompt, completion) }),
  original: ({ row }) => ({ text: row.text }),
  asks: ({ text }) => [text],
  rank: (_, [ranking], __, k) => ranking?.ids.slice(0, k) ?? [],
  completion: (thought, answer, { settings }) => renderCompletion(thought, typeof answer === 'string' ? answer : answer.join(' '), settings.thinking),
  label: ({ row }) => row.text,
}
