// The command that runs every task on the sample, on the quickest of them with one seed; `npm run -s lab -- tasks` runs all of them with three.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { lab } from './testing.ts'

const out = mkdtempSync(join(tmpdir(), 'lab-tasks-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

test('what people buy next is found significantly better after GRPO than at its own start, by people it never trained on', async () => {
  const { status, last, stderr } = await lab(['tasks', '--task', 'sequential', '--seeds', '1', '--out', out])
  expect(status, stderr).toBe(0)
  const [run] = last['runs'] as readonly Readonly<Record<string, number>>[]
  expect(run).toMatchObject({ task: 'sequential', seed: 1, preset: 'sample-history', holds: true })
  expect(run!['after']).toBeGreaterThan(run!['before']!)
  expect(run!['p']).toBeLessThan(0.01)
  const record = JSON.parse(readFileSync(join(out, 'sequential-1', 'run.json'), 'utf8')) as { readonly data: { readonly test: number }; readonly policy: { readonly name: string } }
  expect([record.data.test, record.policy.name]).toEqual([240, 'sample-tasks'])
})

test('a task or a seed that there is not is refused before anything runs', async () => {
  const unknown = await lab(['tasks', '--task', 'cooking'])
  expect(unknown.status).toBe(1)
  expect(unknown.last['error']).toMatch(/--task cooking is unknown; give some of product-search, dense-search/)
  expect((await lab(['tasks', '--seeds', '1,x'])).last['error']).toMatch(/--seeds is 1,x; give whole numbers/)
})
