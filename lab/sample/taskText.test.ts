// What the tasks' policy is taught: formats that the tasks themselves read, and no hint of what people buy.
import { describe, expect, it } from 'vitest'
import { Stream } from '../../src/domain/random.ts'
import { makeWorld } from './people.ts'
import { makeShop, SHOP_SEED } from './shop.ts'
import { taskExample, TASK_SHARES, type TaskExample, type TaughtTask } from './taskText.ts'
import { TaskTeacher, TASKS_POLICY, tasksTeacher } from './tasksPolicy.ts'

const shop = makeShop(SHOP_SEED)
const random = new Stream(3, 'task text test')
const examples = Array.from({ length: 3000 }, () => taskExample(shop, random))
const teacher = new TaskTeacher(shop)
const of = (task: TaughtTask): TaskExample[] => examples.filter((example) => example.task === task)

describe('the examples of the tasks’ policy', () => {
  it('are a function of seed and step, as many as a step takes', () => {
    expect(teacher.batch(1, 5)).toHaveLength(TASKS_POLICY.batch)
    expect(tasksTeacher().batch(1, 5)).toEqual(teacher.batch(1, 5))
    expect(teacher.batch(1, 6)).not.toEqual(teacher.batch(1, 5))
  })

  it('are read by their own task as what was meant', () => {
    for (const example of examples.slice(0, 150)) {
      const { asked, completion, spec } = teacher.lesson(example, random)
      const request = spec.parse(asked, completion.replace('<|im_end|>', ''))
      if (request.kind !== 'query') throw new Error(`${completion} is ${request.kind}: ${request.reason}`)
      const { answer, candidates } = example
      if (typeof answer === 'string') expect(request.query.trim()).toBe(answer.trim())
      else expect(request.items).toEqual(candidates.length === 0 ? answer.map((name) => name.trim()) : answer.map((number) => teacher.id(candidates[Number(number) - 1]!)))
    }
  })

  it('are of every task, in prompts of few words', () => {
    for (const task of Object.keys(TASK_SHARES) as TaughtTask[]) expect(of(task).length).toBeGreaterThan(150)
    const words = examples.slice(0, 150).map((example) => teacher.lesson(example, random).asked.prompt.text.split(/\s+/).length)
    expect(Math.max(...words)).toBeLessThan(90)
  })

  it('name every type of a set as often as the others after any type, whatever people buy', () => {
    const world = makeWorld(shop, SHOP_SEED)
    const told = of('sequential').filter(({ thought }) => thought !== 'again')
    const following = told.filter(({ history, answer }) => ` ${answer as string} `.includes(` ${shop.catalogueWay(world.next(history.at(-1)!.type))} `)).length
    // one of the four other types
    expect(following / told.length).toBeGreaterThan(0.18)
    expect(following / told.length).toBeLessThan(0.32)
  })

  it('leave things as they are more often than they go any other way', () => {
    for (const task of ['rerank', 'recllm'] as const) {
      const firstOf = (thought: string): number => of(task).filter((example) => example.thought === thought).length / of(task).length
      expect(firstOf('as listed')).toBeGreaterThan(0.3)
      expect(firstOf('backwards')).toBeGreaterThan(0.2)
    }
    expect(of('sequential').filter(({ thought }) => thought === 'a set').length / of('sequential').length).toBeLessThan(0.25)
  })
})
