// Dense product search: the query is kept and widened for a recommender that compares meanings (Rec-R1's dense prompt for ESCI).
import { QUERY_EXAMPLE } from '../prompt.ts'
import { searchTask } from './searching.ts'

export const denseSearch = searchTask({
  name: 'dense-search',
  title: 'Dense product search',
  version: 1,
  explanation: 'The policy keeps a shopper’s query and adds what means the same; meant for recommenders that compare embeddings.',
  source: 'linjc16/Rec-R1: src/dataset/ESCI/inst/dense (template rec-r1), without the sentence on Boolean operators; '
    + 'the short frame is that of product search.',
}, (query) => ({
  body: `You are an expert in generating queries for dense retrieval. Given a customer query, your task is to retain the original query while \
expanding it with additional semantically relevant information, retrieve the most relevant products, ensuring they best meet customer needs. \
If no useful expansion is needed, return the original query as is.
Below is the query:\n\`\`\`${query}\`\`\``,
  rule: '', example: QUERY_EXAMPLE, short: `Rewrite: ${query}`,
}))
