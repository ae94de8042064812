// Product search: a shopper's query becomes the query that is searched for (Rec-R1 on ESCI and Amazon-C4).
import { searchWording } from '../prompt.ts'
import { searchTask } from './searching.ts'

export const productSearch = searchTask({
  name: 'product-search',
  title: 'Product search',
  version: 2,
  explanation: 'The policy rewrites a shopper’s query; the recommender ranks the catalogue for the rewrite.',
  source: 'linjc16/Rec-R1: the sparse prompt of ESCI and Amazon-C4, in the four output modes of its SFT (template rec-r1); '
    + 'the short frame is ours (template compact).',
}, searchWording)
