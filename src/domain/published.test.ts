// The domain against numbers from outside the project, where its reference data lies beside the repository: PyTorch's losses, Lucene's rankings.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, it } from 'vitest'
import { groupAdvantages } from './advantage.ts'
import type { EsciLabel, Judgement } from './dataset.ts'
import { ndcg, recall, targetsOf } from './metrics.ts'
import { policyLoss, type LossOptions } from './objective.ts'

const SHARED = new URL('../../../shared/', import.meta.url)
const pathOf = (name: string): string => new URL(name, SHARED).pathname
const sharedAbsent = !existsSync(SHARED)
if (sharedAbsent) console.warn('left out: ../shared is not beside the repository, so losses and rankings are not compared with PyTorch and Lucene')

function vectors(file: string): (name: string) => number[] {
  const bytes = readFileSync(file)
  const header = Number(bytes.readBigUInt64LE(0))
  const entries = JSON.parse(bytes.toString('utf8', 8, 8 + header)) as Record<string, { readonly data_offsets: readonly [number, number] }>
  return (name) => {
    const [from, to] = entries[name]!.data_offsets
    return Array.from({ length: (to - from) / 4 }, (_, i) => bytes.readFloatLE(8 + header + from + 4 * i))
  }
}

interface GoldenCase {
  readonly rewards: readonly number[]
  readonly advantages: readonly number[]
  readonly group_size: number
  readonly options: { readonly epsilon_low: number; readonly epsilon_high: number; readonly beta: number; readonly max_completion_length: number }
  readonly losses: Readonly<Record<string, number>>
}

describe.skipIf(sharedAbsent).each(['micro', 'odd'])('the golden case %s', (name) => {
  const golden = sharedAbsent ? undefined : JSON.parse(readFileSync(pathOf(`golden/${name}/case.json`), 'utf8')) as GoldenCase
  const tensor = sharedAbsent ? () => [] : vectors(pathOf(`golden/${name}/golden.safetensors`))

  it('has the advantages that PyTorch computes', () => {
    const { values } = groupAdvantages(golden!.rewards, golden!.group_size, { advantageScale: 'group', advantageEpsilon: 1e-4 })
    for (const [i, advantage] of golden!.advantages.entries()) expect(values[i]).toBeCloseTo(advantage, 12)
  })

  it.each([['grpo', 'grpo', 'token'], ['bnpo', 'bnpo', 'token'], ['dr_grpo', 'dr_grpo', 'token'], ['gspo', 'grpo', 'sequence']] as const)(
    'has the %s loss that PyTorch computes', (loss, aggregation, importance) => {
      const { epsilon_low: clipLow, epsilon_high: clipHigh, beta: klCoefficient, max_completion_length: maxCompletionLength } = golden!.options
      const given = { clipLow, clipHigh, klCoefficient, maxCompletionLength }
      const options: LossOptions = { aggregation, importance, ...given, entropyCoefficient: 0, microBatchSequences: 1 }
      const sequences = golden!.advantages.map((advantage, i) => (
        { advantage, logps: tensor(`logps.${i}`), oldLogps: tensor(`old_logps.${i}`), refLogps: tensor(`ref_logps.${i}`) }))
      // log-probabilities are stored as float32
      expect(policyLoss(sequences, options).loss).toBeCloseTo(golden!.losses[loss]!, 5)
    })
})

interface Example {
  readonly query_id: number | bigint
  readonly product_id: string
  readonly esci_label: EsciLabel
}

describe.skipIf(sharedAbsent)('Lucene’s rankings of the ESCI sample', () => {
  const read = async (): Promise<Map<string, Judgement[]>> => {
    const file = await asyncBufferFromFile(pathOf('data/esci/shopping_queries_dataset_examples.parquet'))
    const rows = await parquetReadObjects({ file, compressors, columns: ['query_id', 'product_id', 'esci_label'] }) as unknown as Example[]
    const judged = new Map<string, Judgement[]>()
    for (const { query_id, product_id: productId, esci_label: label } of rows) {
      const id = String(query_id)
      judged.set(id, [...(judged.get(id) ?? []), { productId, label }])
    }
    return judged
  }

  it.each(['test', 'test.faithful'])('of %s have the published NDCG and recall', async (name) => {
    const judged = await read()
    const runs = new Map<string, string[]>()
    for (const line of gunzipSync(readFileSync(pathOf(`golden/bm25/${name}.trec.gz`))).toString().trim().split('\n')) {
      const [query, , product] = line.split(' ')
      runs.set(query!, [...(runs.get(query!) ?? []), product!])
    }
    const published = (JSON.parse(readFileSync(pathOf('golden/bm25/metrics.json'), 'utf8')) as Record<string, Record<string, number>>)[name]!
    const queries = readFileSync(pathOf('golden/bm25/queries_test.tsv'), 'utf8').trim().split('\n').map((line) => line.split('\t')[0]!)
    const meanOf = (value: (id: string) => number): number => queries.reduce((sum, id) => sum + value(id), 0) / queries.length
    for (const gains of ['exact', 'graded'] as const) {
      const targets = new Map(queries.map((id) => [id, targetsOf(judged.get(id)!, { gains, duplicateTargets: 'distinct' })]))
      for (const k of [10, 100]) {
        const ours = meanOf((id) => ndcg(runs.get(id) ?? [], targets.get(id)!, k))
        expect(ours, `ndcg@${k}/${gains}`).toBeCloseTo(published[`ndcg@${k}/${gains}`]!, 6)
      }
      if (gains === 'graded') continue
      expect(meanOf((id) => recall(runs.get(id) ?? [], targets.get(id)!, 100))).toBeCloseTo(published['recall@100/exact']!, 6)
    }
  })
})
