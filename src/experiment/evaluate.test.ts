// Evaluation: what is read leniently, what strictly, and over what.
import { describe, expect, it } from 'vitest'
import { settingsOf } from '../domain/config.ts'
import type { Dataset, JudgedQuery, Product } from '../domain/dataset.ts'
import type { GenerateRequest, Rollout } from '../protocol/policy.ts'
import { measure } from './evaluate.ts'
import type { Catalogue } from './ports.ts'
import { planTasks } from './tasks.ts'
import { TablePolicy } from './testing.ts'

const SETTINGS = settingsOf('sample', { validationShare: 0 })

const query = (id: string, text: string, split: 'train' | 'test', relevant: readonly string[]): JudgedQuery =>
  ({ id, text, split, judgements: relevant.map((productId) => ({ productId, label: 'E' as const })) })

const SHOP: Dataset = {
  name: 'two', hash: '', productCount: 0,
  queries: [query('a', 'red mug', 'train', ['p1']), query('b', 'blue mug', 'train', ['p2', 'p2', 'p3']), query('t', 'cup', 'test', ['p1'])],
}

/** Ranks product pN first for a query that says N, and the others after it. */
const byNumber = {
  name: 'by number',
  rank: (queries: readonly string[]) => Promise.resolve(queries.map((text) => {
    const said = /\d/.exec(text)?.[0]
    const ids = said === undefined ? [] : [`p${said}`, 'p8', 'p9']
    return { ids, scores: ids.map((_, i) => -i) }
  })),
}

/** Ports over a policy that answers with given texts, one per prompt and sample. */
function saying(texts: readonly string[], seen: GenerateRequest[] = []) {
  const policy = new TablePolicy()
  policy.generate = (request) => {
    seen.push(request)
    return Promise.resolve(request.prompts.flatMap((_, prompt) => Array.from({ length: request.groupSize }, (__, member): Rollout => (
      { prompt, member, promptIds: [1], ids: [2], logps: [-1], text: texts[prompt * request.groupSize + member]!, stop: 'token' }))))
  }
  return { policy, recommender: byNumber, now: () => 0 }
}

const well = (text: string): string => `x</think><answer>{"query": "${text}"}</answer>`

describe('an evaluation', () => {
  it('ranks what it can read in a broken output, and counts the format and the reward as broken', async () => {
    const ports = saying([well('1 mug'), 'x</think><answer>2 2</answer>'])
    const { training } = planTasks(SHOP, SETTINGS)
    const { metrics, reward, perQuery } = await measure(ports, SETTINGS, training, { by: 'greedy', version: 'current' })
    const second = 1 / (1 + 1 / Math.log2(3))
    expect(perQuery['ndcg@10']).toEqual([1, second])
    expect(metrics).toEqual({
      'ndcg@10': (1 + second) / 2, 'ndcg@100': (1 + second) / 2, 'recall@10': 0.75, format: 0.5, words: 2, distinct: 0.75,
      'ndcg@5': (1 + second) / 2, 'recall@5': 0.75, 'mrr@10': 1, thoughtWords: 1, thoughtShare: 1,
    })
    expect(reward).toBeCloseTo((1.1 - 2) / 2, 12)
  })

  it('is greedy, or draws at the training temperature; either way of the version that is asked for', async () => {
    const seen: GenerateRequest[] = []
    const ports = saying([well('1'), well('2'), well('3'), well('4')], seen)
    const { training } = planTasks(SHOP, SETTINGS)
    await measure(ports, SETTINGS, training, { by: 'greedy', version: 'reference' })
    const warm = { ...SETTINGS, temperature: 0.7, topP: 0.9 }
    const { perQuery } = await measure(ports, warm, training, { by: 'samples', version: 'current', samples: 2 })
    expect(seen[0]).toMatchObject({ groupSize: 1, version: 'reference', sampling: { temperature: 0, topP: 1, topK: 0, stop: ['<|im_end|>'] } })
    expect(seen[1]).toMatchObject({ groupSize: 2, version: 'current', sampling: { temperature: 0.7, topP: 0.9 } })
    expect(perQuery['ndcg@10'][0]).toBe(0.5)
  })

  it('counts a target listed twice once in its measures, whatever the reward does', async () => {
    const kept = { ...SETTINGS, duplicateTargets: 'keep' } as const
    const ports = saying([well('1'), well('2')])
    const { perQuery, reward } = await measure(ports, kept, planTasks(SHOP, kept).training, { by: 'greedy', version: 'current' })
    expect(perQuery['ndcg@10'][1]).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 12)
    expect(reward).toBeCloseTo((1.1 + 0.1 + 1 / (1 + 1 / Math.log2(3) + 1 / 2)) / 2, 12)
  })

  it('of the unchanged query asks no policy', async () => {
    const seen: GenerateRequest[] = []
    const { metrics } = await measure(saying([], seen), SETTINGS, planTasks(SHOP, SETTINGS).training, { by: 'original' })
    expect(seen).toEqual([])
    expect(metrics).toMatchObject({ 'ndcg@10': 0, format: 1, words: 2, distinct: 1 })
  })
})

describe('an evaluation of lists', () => {
  const titled = (id: string, title: string): Product => ({ id, title, description: '', bullets: '', brand: '', color: '' })
  const PRODUCTS = [titled('p1', 'red mug 1'), titled('p2', 'blue mug 2'), titled('p3', 'cup 3'), titled('p4', 'lamp 4')]
  const catalogue: Catalogue = {
    size: PRODUCTS.length,
    products: (ids) => Promise.resolve(ids.map((id) => PRODUCTS.find((product) => product.id === id))),
    productsAt: (places) => Promise.resolve(places.map((place) => PRODUCTS[place]!)),
  }
  const users = [
    { userId: 'ann', items: ['p1', 'p3'], split: 'train' as const }, { userId: 'bob', items: ['p2', 'p4'], split: 'train' as const }, { userId: 'eve', items: ['p2', 'p1'], split: 'test' as const }]
  const PEOPLE: Dataset = { name: 'people', hash: '', productCount: PRODUCTS.length, queries: [], users }
  const list = (...items: readonly (string | number)[]): string => `x</think><answer>{"items": ${JSON.stringify(items)}}</answer>`

  it('of names searches for each of them, and counts those that mean no product as strangers', async () => {
    const settings = settingsOf('sample', { validationShare: 0, task: 'open-set', listLength: 2, rewardNdcg: 0, rewardFormat: 0, rewardRepetition: 0, rewardStrangers: 1 })
    const ports = { ...saying([list('a lamp 3', 'cup 3'), list('no number', 'lamp 4')]), catalogue }
    const { metrics, reward, answers } = await measure(ports, settings, planTasks(PEOPLE, settings).training, { by: 'greedy', version: 'current' })
    // the first names p3 twice, the first time by words that are not its title's; of the second one name finds nothing
    expect(answers.map(({ items }) => items)).toEqual([['a lamp 3', 'cup 3'], ['no number', 'lamp 4']])
    expect(metrics).toMatchObject({ 'ndcg@5': 1, 'recall@5': 1, 'mrr@10': 1, lcs: 1, format: 1 })
    expect(reward).toBeCloseTo((1 / 2 + 1 / 2) / 2, 12)
  })

  it('of candidates measures the order that was written, whatever the recommender thinks', async () => {
    const settings = settingsOf('sample', {
      validationShare: 0, task: 'rerank', candidates: 'random', candidateCount: 3, listLength: 3, rewardFormat: 0, rewardNdcg: 0, rewardRepetition: 0, rewardDuplicates: 1,
    })
    const [task, other] = planTasks(SHOP, settings).training
    const ports = { ...saying([list(3, 2, 2, 9), list(1, 2, 3)]), catalogue }
    const { answers, reward } = await measure(ports, settings, [task!, other!], { by: 'greedy', version: 'current' })
    const candidates = task!.query.candidates!
    expect(candidates).toHaveLength(3)
    expect(answers[0]!.items).toEqual([candidates[2], candidates[1], candidates[1], '9'])
    const at = [candidates[2], candidates[1]].indexOf('p1') + 1
    expect(answers[0]!.metrics!['mrr@10']).toBe(at === 0 ? 0 : 1 / at)
    expect(answers[1]!.metrics!['mrr@10']).toBe(1 / (1 + Math.min(...['p2', 'p3'].map((id) => other!.query.candidates!.indexOf(id)).filter((place) => place >= 0))))
    expect(reward).toBeCloseTo((1 / 4 + 0) / 2, 12)
  })

  it('draws the same candidates for a row in any batch, the relevant ones among them', async () => {
    const settings = settingsOf('sample', { validationShare: 0, task: 'rerank', candidates: 'random', candidateCount: 3 })
    const drawn = async (size: number) => {
      const { training } = planTasks(SHOP, settings)
      await measure({ ...saying(['', '']), catalogue }, { ...settings, evaluationBatch: size }, training, { by: 'greedy', version: 'current' })
      return training.map(({ query }) => query.candidates!)
    }
    const one = await drawn(1)
    expect(one).toEqual(await drawn(10))
    expect(one[0]).toContain('p1')
    expect(one[1]).toEqual(expect.arrayContaining(['p2', 'p3']))
  })
})

describe('the queries of a run', () => {
  it('are those with a relevant product, named by their place in the dataset', () => {
    const unlabelled: JudgedQuery = { ...SHOP.queries[0]!, id: 's', judgements: [{ productId: 'p1', label: 'S' }] }
    const dataset = { ...SHOP, queries: [unlabelled, ...SHOP.queries] }
    expect(planTasks(dataset, SETTINGS).training.map(({ key, query: { id } }) => [key, id])).toEqual([[1, 'a'], [2, 'b']])
    expect(planTasks(dataset, { ...SETTINGS, gains: 'graded' }).training.map(({ key }) => key)).toEqual([0, 1, 2])
  })

  it('validate on the queries that the data names for it; where it names none, on a share of the training queries', () => {
    const named: JudgedQuery = { ...SHOP.queries[0]!, id: 'v', split: 'validation' }
    const tasks = planTasks({ ...SHOP, queries: [...SHOP.queries, named] }, SETTINGS)
    expect(tasks.validation.map(({ query }) => query.id)).toEqual(['v'])
    expect(tasks.training.map(({ query }) => query.id)).toEqual(['a', 'b'])
  })

  it('hold out departments where settings say so, whatever splits the files name, and say which there are where none is left', () => {
    const departments = ['Books', 'Video_Games', 'Books']
    const dataset = { ...SHOP, queries: SHOP.queries.slice(0, 3).map((query, i) => ({ ...query, domain: departments[i]! })) }
    const tasks = planTasks(dataset, { ...SETTINGS, validationShare: 0, testDepartments: 'Video Games' })
    expect([tasks.training.map(({ key }) => key), tasks.test.map(({ key }) => key)]).toEqual([[0, 2], [1]])
    expect(() => planTasks(dataset, { ...SETTINGS, testDepartments: 'Toys' })).toThrow('holds 0 test queries with Toys held out; its departments are Books, Video_Games')
  })
})
