// A real teacher in the tab: an exported policy, run by transformers.js, answers training rows of the embedded shop; another policy imitates it, and its loss falls.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFrozen, type FrozenFiles, type OpenFrozen } from '../../src/client/frozen.ts'
import { createImitationStore } from '../../src/client/imitations.ts'
import { openRecommender, type OpenRecommender } from '../../src/client/recommender.ts'
import { loadSamplePolicy, storeSample } from '../../src/client/sample.ts'
import { createStore, type OpenStored } from '../../src/client/store.ts'
import { parseSettings } from '../../src/domain/config.ts'
import { isText } from '../../src/domain/imitation.ts'
import { specOf } from '../../src/domain/spec.ts'
import type { RunEvent } from '../../src/experiment/events.ts'
import { train } from '../../src/experiment/train.ts'
import { catalogueOf } from '../../src/state/data/catalogue.ts'
import type { Shop } from '../../src/state/data/library.ts'
import type { Source, SourceRecord } from '../../src/state/inspect/sources.ts'
import { createTeacher } from '../../src/state/teacher/teacher.ts'
import { Service } from '../training/service.ts'

const ROWS = 4
const settings = parseSettings([
  'preset=sample', 'stages=sft', 'sftFrom=teacher', `sftExamples=${ROWS}`, 'sftSteps=6', `sftBatch=${ROWS}`, 'sftLearningRate=0.002', 'warmupSteps=0',
  'evaluationQueries=2', 'validationEvery=0', 'checkpointEvery=0',
])
const RECORD: SourceRecord = {
  id: 'frozen-1', kind: 'frozen', title: 'exported fp32', addedAt: 1,
  reference: { model: 'exported', from: 'folder', revision: 'main', mirror: '', dtype: 'fp32', device: 'wasm' },
}
const none = () => () => undefined
const remember = { getItem: () => null, setItem: () => undefined }

let service: Service
let frozen: OpenFrozen
let stored: OpenStored
let opened: OpenRecommender
let shop: Shop

async function clear(): Promise<void> {
  await (await navigator.storage.getDirectory()).removeEntry('imitations', { recursive: true }).catch(() => undefined)
}

beforeAll(async () => {
  await clear()
  service = new Service(navigator.gpu, () => performance.now())
  await service.load(await loadSamplePolicy(), { kind: 'full' })
  const exported = await service.exportFiles('onnx', 'f32')
  const files: FrozenFiles = Object.fromEntries(exported.map(({ name, bytes }) => [name, bytes instanceof Blob ? bytes : new Blob([bytes])]))
  frozen = await openFrozen(RECORD.reference, files, {})
  const store = createStore()
  stored = await store.open(await storeSample())
  opened = await openRecommender(stored.dataset, specOf(settings))
  shop = { dataset: stored.dataset, recommender: opened.recommender, catalogue: catalogueOf(store, stored.dataset) } as unknown as Shop
}, 120_000)
afterAll(async () => {
  frozen.close()
  opened.close()
  stored.close()
  await clear()
})

/** The page's teacher over the real store, as after each reload. */
function teacher() {
  const source: Source = {
    id: RECORD.id, kind: 'frozen', title: RECORD.title, note: '', queries: () => undefined, answer: () => Promise.reject(new Error('unused')),
    answerAll: async (queries) => {
      const outputs = await frozen.generate(queries.map(({ prompt }) => prompt.text), settings.maxNewTokens)
      return outputs.map(({ text, stop }) => ({ kind: 'text', rewrite: '', output: text, ...(stop === 'length' ? { cut: true as const } : {}) }))
    },
  }
  return createTeacher({
    client: createImitationStore(), library: { getState: () => ({ shop }) as never, settled: () => Promise.resolve(shop), subscribe: none },
    sources: { getState: () => ({ list: [source], records: [RECORD] }) as never, subscribe: none }, run: { getState: () => ({ settings }), subscribe: none },
    change: () => undefined, policy: () => undefined, memory: remember,
  })
}

test('a frozen model’s answers are on the disk as they come, a fresh page imitates them, and a short run on them lowers the loss', async () => {
  const writing = teacher()
  await writing.write()
  expect(writing.getState().failure).toBeUndefined()

  // another page, another worker: only what is on the disk
  const imitated = (await teacher().imitations(settings))!.filter(isText)
  expect(imitated).toHaveLength(ROWS)
  const [own] = await service.generate({ prompts: [{ key: 0, text: imitated[0]!.prompt }], groupSize: 1, sampling: { temperature: 0, topK: 0, topP: 1, maxNewTokens: settings.maxNewTokens, stop: ['<|im_end|>'] }, seed: 1, step: 0, version: 'current' })
  expect(imitated[0]!.completion).toBe(`${own!.text}<|im_end|>`)

  const info = await service.load(await loadSamplePolicy(), { kind: 'full' })
  const events: RunEvent[] = []
  const ports = { policy: service, recommender: shop.recommender, catalogue: shop.catalogue, now: () => performance.now() }
  for await (const event of train(ports, { dataset: shop.dataset, settings, policy: info, versions: {}, imitate: imitated })) events.push(event)
  expect(events.find((event) => event.type === 'imitated')).toMatchObject({ from: 'teacher', training: ROWS, unmatched: 0, ofTest: 0 })
  const losses = events.flatMap((event) => (event.type === 'step' && event.stage === 'sft' ? [event.loss] : []))
  expect(losses).toHaveLength(6)
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
}, 120_000)
