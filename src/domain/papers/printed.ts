// Figures of the papers: as printed, or as recomputed from the rankings that the authors stored. Shown beside ours, never mixed with them.
import type { Printed } from './experiment.ts'

export const REC_R1_GAMES: Printed = {
  title: 'Rec-R1 on ESCI Video Games, BM25, 103 queries, × 100',
  source: 'Recomputed from the rankings stored in linjc16/Rec-R1 (results/esci/metric_res), with 95 % bootstrap intervals',
  columns: ['NDCG@100', '95 %', 'NDCG@10', 'Recall@10'],
  rows: [
    { name: 'Original query', values: [12.44, '8.6 – 16.6', 8.16, 10.99] },
    { name: 'GPT-4o, prompted', values: [26.06, '21.6 – 30.8', 17.49, 24.44] },
    { name: 'Rec-R1-3B', values: [32.22, '27.6 – 37.1', 24.25, 36.73] },
  ],
}

export const REC_R1_BEAUTY: Printed = {
  title: 'Rec-R1 on Amazon Beauty, BM25, × 100',
  source: 'Recomputed from the rankings stored in linjc16/Rec-R1 (results/amazon_review/metric_res)',
  columns: ['Recall@10', 'NDCG@10', 'Recall@50', 'NDCG@50'],
  rows: [
    { name: 'GPT-4o, transductive (538)', values: [0, 0, 1.49, 0.33] },
    { name: 'Rec-R1, transductive (538)', values: [3.53, 1.74, 5.76, 2.22] },
    { name: 'GPT-4o, inductive (1000)', values: [1, 0.5, 2.9, 0.91] },
    { name: 'Rec-R1, inductive (1000)', values: [6, 3.39, 8.3, 3.89] },
  ],
}

export const RECLLM_R1: Printed = {
  title: 'RecLLM-R1, Table 1: Amazon 2014 Beauty',
  source: 'As printed; the candidate pool is not stated there. On Sports and Toys its NDCG@10 is above what its Recall allows for one relevant item',
  columns: ['Recall@5', 'NDCG@5', 'Recall@10', 'NDCG@10'],
  rows: [
    { name: 'GRU4Rec', values: [0.0164, 0.0099, 0.0283, 0.0137] },
    { name: 'BERT4Rec', values: [0.0203, 0.0124, 0.0347, 0.017] },
    { name: 'FDSA', values: [0.0267, 0.0163, 0.0407, 0.0208] },
    { name: 'SASRec', values: [0.0387, 0.0249, 0.0605, 0.0318] },
    { name: 'S3-Rec', values: [0.0387, 0.0244, 0.0647, 0.0327] },
    { name: 'TIGER', values: [0.0454, 0.0321, 0.0648, 0.0384] },
    { name: 'RecLLM-R1', values: [0.0541, 0.0405, 0.0729, 0.0459] },
  ],
}
