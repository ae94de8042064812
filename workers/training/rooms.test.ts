// Micro-batches of sequences of all lengths against the rooms that are planned for the longest of them.
import { expect, test } from 'vitest'
import { readConfig } from '../../src/domain/modelConfig.ts'
import { Stream } from '../../src/domain/random.ts'
import { batchRows, largestMicroBatch } from '../../src/domain/rooms.ts'
import { microBatches, pack } from '../model/batch.ts'

const CONFIG = readConfig({
  architectures: ['Qwen2ForCausalLM'], vocab_size: 151936, hidden_size: 896, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, intermediate_size: 4864,
  tie_word_embeddings: true,
})

test.each([
  ['few short completions', 2, 4, 45, 32], ['completions of one token', 64, 16, 3, 1], ['long prompts', 16, 4, 700, 8], ['long completions', 16, 8, 20, 400], ['many groups', 64, 8, 96, 32],
] as const)('%s: no micro-batch has more rows or loss tokens than is planned for the longest', (_, groups, size, promptTokens, completionTokens) => {
  const draws = new Stream(groups + size, 'lengths')
  const upTo = (most: number): number => 1 + draws.bits() % most
  for (const keep of ['all', 'inputs'] as const) {
    const lengths = [(most: number): number => most, upTo, () => 1, (most: number): number => (upTo(4) === 1 ? most : 1)]
    for (const promptLength of lengths) {
      for (const completionLength of lengths) {
        const sequences = Array.from({ length: groups }, (_unused, group) => {
          const promptIds = [group, ...Array.from({ length: promptLength(promptTokens) - 1 }, () => 1)]
          return Array.from({ length: size }, () => ({ promptIds, ids: Array.from({ length: completionLength(completionTokens) }, () => 2) }))
        }).flat()
        const planned = largestMicroBatch(CONFIG, { groups, sequences: groups * size, promptTokens, completionTokens }, keep, Infinity)
        for (const [first, last] of microBatches(sequences, batchRows(CONFIG, keep, Infinity))) {
          const { rows, targets } = pack(sequences.slice(first, last))
          expect(rows).toBeLessThanOrEqual(planned.rows)
          expect(targets.length).toBeLessThanOrEqual(planned.lossTokens)
        }
      }
    }
  }
})
