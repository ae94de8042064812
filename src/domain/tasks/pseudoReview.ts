// Pseudo-reviews: a wish becomes the review that its product might have got (Rec-R1's dense prompt for Amazon-C4).
import { QUERY_EXAMPLE } from '../prompt.ts'
import { searchTask } from './searching.ts'

export const pseudoReview = searchTask({
  name: 'pseudo-review',
  title: 'Pseudo-review search',
  version: 1,
  explanation: 'The policy writes the review that a happy buyer might have written; the recommender ranks the catalogue for it.',
  source: 'linjc16/Rec-R1: src/dataset/amazon_c4/inst/dense (template rec-r1), its stray "# " included; the short frame is that of product search.',
}, (query) => ({
  body: `You are an expert in query rewriting for dense retrieval systems. Rewrite the following product search query as if you are a real customer \
writing a natural, authentic review after using the product. Maintain the meaning and details of the original query, but shift the tone to be more \
casual, emotional, and based on personal experience. Include specific comments about product performance that match the query's intent.
# Below is the product search query:\n# \`\`\`${query}\`\`\``,
  rule: '', example: QUERY_EXAMPLE, short: `Rewrite: ${query}`,
}))
