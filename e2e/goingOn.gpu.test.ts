// A run of the embedded policy on the real engine, taken up by a fresh engine from its checkpoints' bytes, goes on as if it had never stopped.
import { expect, test } from 'vitest'
import { parseSettings } from '../src/domain/config.ts'
import type { Dataset, JudgedQuery, Product } from '../src/domain/dataset.ts'
import type { RunEvent } from '../src/experiment/events.ts'
import { eventOf, lineOf } from '../src/experiment/line.ts'
import { resumePoint, restoreEngine, type CheckpointPlace } from '../src/experiment/resume.ts'
import type { RunInput } from '../src/experiment/run.ts'
import { CountingRecommender } from '../src/experiment/testing.ts'
import { train } from '../src/experiment/train.ts'
import type { ModelFiles, Trainable } from '../src/protocol/policy.ts'
import { Service } from '../workers/training/service.ts'

const TITLES = ['red ceramic mug', 'blue ceramic mug', 'garden chair', 'wooden chair', 'desk lamp', 'floor lamp', 'wool blanket', 'cotton blanket', 'steel pan', 'cast iron pan', 'kids backpack', 'travel backpack']
const products = TITLES.map((title, i): Product => ({ id: `p${i}`, title, description: '', bullets: '', brand: '', color: '' }))
const queries = TITLES.map((title, i): JudgedQuery => ({
  id: `q${i}`, text: title.split(' ').reverse().join(' '), split: i % 3 === 2 ? 'test' : 'train', judgements: [{ productId: `p${i}`, label: 'E' }],
}))
const SHOP: Dataset = { name: 'twelve products', productCount: products.length, queries, hash: 'beef' }
const SMALL = ['sftSteps=2', 'sftBatch=2', 'steps=3', 'promptsPerStep=2', 'groupSize=3', 'maxNewTokens=24', 'validationEvery=2', 'evaluationQueries=3', 'validationShare=0.25', 'checkpointEvery=1', 'warmupSteps=0', 'learningRate=0.003']
const LORA: Trainable = { kind: 'lora', rank: 2, alpha: 4, targets: ['q_proj', 'v_proj'], seed: 1 }

async function sample(): Promise<ModelFiles> {
  const file = async (name: string): Promise<ArrayBuffer> => (await fetch(`/sample/policy/${name}`)).arrayBuffer()
  const [config, weights, tokenizer, tokenizerConfig] = await Promise.all([file('config.json'), file('model.safetensors'), file('tokenizer.json'), file('tokenizer_config.json')])
  return { config, weights: [{ name: 'model.safetensors', bytes: weights }], tokenizer, tokenizerConfig }
}

const placeOf = ({ stage, step }: CheckpointPlace): string => `${stage} ${step}`
const digestOf = async (bytes: ArrayBuffer): Promise<string> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join()
const timeless = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll(/,?"(ms|\w+Ms)":[^,}]+/g, ''))

/** Runs as the page does: every event is a line, every checkpoint bytes. */
async function record(input: RunInput, service: Service) {
  const lines: string[] = []
  const bytes = new Map<string, ArrayBuffer>()
  const ports = { policy: service, recommender: new CountingRecommender(products), now: () => performance.now() }
  for await (const event of train(ports, input)) {
    lines.push(lineOf(event))
    if (event.type === 'checkpoint') bytes.set(placeOf(event), await service.checkpoint())
  }
  return { lines, bytes, end: await digestOf(await service.checkpoint()) }
}

test.each([
  ['full, grpo', ['stages=grpo'], { kind: 'full' }, ['grpo 2']],
  ['lora, sft and grpo', ['stages=sft,grpo', 'trainable=lora', 'loraRank=2', 'loraAlpha=4', 'loraTargets=q_proj,v_proj'], LORA, ['sft 1', 'grpo 1']],
] as const)('%s', async (_, changes, trainable: Trainable, from) => {
  const settings = parseSettings([...SMALL, ...changes])
  const files = await sample()
  const opened = async () => {
    const service = new Service(navigator.gpu, () => performance.now())
    return { service, policy: await service.load(files, trainable) }
  }
  const { service, policy } = await opened()
  const input = { dataset: SHOP, settings, policy, versions: {} }
  const whole = await record(input, service)
  const events = whole.lines.map(eventOf)
  expect(events.some((event) => event.type === 'step' && event.stage === 'grpo' && event.gradNorm > 0), 'there is something to learn').toBe(true)
  for (const place of from) {
    const at = events.findLastIndex((event: RunEvent) => event.type === 'checkpoint' && event.name === 'step' && placeOf(event) === place)
    const before = events.slice(0, at + 1)
    const point = resumePoint(before)!
    const bytesOf = (of: CheckpointPlace | undefined) => of && whole.bytes.get(placeOf(of))!
    const [start, best] = [bytesOf(point.start), bytesOf(point.best)]
    const fresh = await opened()
    await restoreEngine(fresh.service, { at: bytesOf(point.at)!, ...(start && { start }), ...(best && { best }) })
    const rest = await record({ ...input, resume: before }, fresh.service)
    expect(timeless(rest.lines), place).toEqual(timeless(whole.lines.slice(at + 1)))
    expect(rest.end, place).toBe(whole.end)
  }
})
