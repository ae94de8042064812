// How the tasks' policy is taught: from the embedded policy's weights, by examples that the tasks themselves put into words.
import type { Product } from '../../src/domain/dataset.ts'
import { settingsOf } from '../../src/domain/config.ts'
import { Stream } from '../../src/domain/random.ts'
import type { Settings } from '../../src/domain/settings.ts'
import type { Asked, Case, Facts, Row, TaskSpec } from '../../src/domain/tasks/task.ts'
import { taskOf } from '../../src/domain/tasks/tasks.ts'
import type { Optimiser } from '../../src/protocol/policy.ts'
import { makeWorld } from './people.ts'
import type { TextPair } from './policy.ts'
import { makeShop, SHOP_SEED, type Item, type Shop } from './shop.ts'
import { taskExample, type TaskExample, type TaughtTask } from './taskText.ts'

export const TASKS_POLICY = { seed: 1, steps: 300, batch: 16, warmup: 30, learningRate: 3e-3 } as const

const PRESETS = {
  sequential: 'sample-history', 'open-set': 'sample-names', augmentation: 'sample-profile', rerank: 'sample-rerank', recllm: 'sample-recllm',
} as const satisfies Record<TaughtTask, Settings['preset']>

/** Long ago and recently are parted by days: what was bought before the last purchase was long before. */
const MONTH = 30 * 86_400

/** Writes examples down as the tasks' own prompts and completions. */
export class TaskTeacher {
  private readonly products: ReadonlyMap<Item, Product>
  private readonly facts: Facts
  private readonly attributes: readonly string[]

  constructor(private readonly shop: Shop) {
    const { facts } = makeWorld(shop, SHOP_SEED)
    const told = shop.products.map((product, at): Product => {
      const { category, price, margin, stock, released, likes, comments, shares, tags } = facts[at]!
      return { ...product, category, tags, numbers: { price, margin, stock, released, likes, comments, shares } }
    })
    this.products = new Map(shop.items.map((item, at) => [item, told[at]!]))
    const byId = new Map(told.map((product) => [product.id, product]))
    this.facts = { product: (id) => byId.get(id) }
    this.attributes = [...new Set(shop.items.flatMap((item) => item.attributes).map(shop.catalogueWay))]
  }

  /** The examples of one step: a function of the seed and the step. */
  batch(seed: number, step: number): TextPair[] {
    const random = new Stream(seed, 'tasks policy text', step)
    return Array.from({ length: TASKS_POLICY.batch }, () => {
      const { asked, completion } = this.lesson(taskExample(this.shop, random), random)
      return { prompt: asked.prompt.text, completion }
    })
  }

  /** An example as its task writes it. */
  lesson(example: TaskExample, random: Stream): { readonly spec: TaskSpec; readonly asked: Asked; readonly completion: string } {
    const settings = settingsOf(PRESETS[example.task])
    const about: Case = { row: this.row(example, random), facts: this.facts, settings }
    const spec = taskOf(settings)
    return { spec, asked: { ...about, prompt: spec.prompt(about) }, completion: spec.completion(example.thought, this.answer(example), about) }
  }

  /** Candidates are named by their ids, of which the task makes the numbers of its list. */
  private answer({ answer, candidates }: TaskExample): TaskExample['answer'] {
    return typeof answer === 'string' || candidates.length === 0 ? answer : answer.map((number) => this.id(candidates[Number(number) - 1]!))
  }

  private row({ task, query, history, candidates }: TaskExample, random: Stream): Row {
    const end = 1_750_000_000
    return {
      id: 'taught', text: query ?? '', split: 'train', judgements: [],
      history: history.map((item, at) => ({ id: this.id(item), time: end - (history.length - at) * MONTH, strength: 5 })),
      candidates: candidates.map((item) => this.id(item)),
      ...(task === 'recllm' ? { profile: this.profile(random) } : {}),
    }
  }

  id(item: Item): string {
    return this.products.get(item)!.id
  }

  /** Anybody, told in the order of the sample's columns. */
  private profile(random: Stream): Readonly<Record<string, string>> {
    return {
      age: String(16 + random.integer(55)), gender: random.pick(['f', 'm']), city_tier: String(1 + random.integer(3)),
      interests: Array.from({ length: 2 + random.integer(2) }, () => random.pick(this.attributes)).join(', '),
    }
  }
}

export function tasksTeacher(): TaskTeacher {
  return new TaskTeacher(makeShop(SHOP_SEED))
}

/** AdamW with a linear rise over the warm-up and a linear fall to zero at the last step. */
export function tasksOptimiserAt(step: number, steps: number): Optimiser {
  const { learningRate, warmup } = TASKS_POLICY
  return { learningRate: learningRate * Math.min(1, (step + 1) / warmup) * ((steps - step) / steps), beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }
}
