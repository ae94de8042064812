// The probes that ship with the sample: made by their command, readable, and such as a policy that forgot nothing could keep.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseProbes, passes } from '../../src/domain/forgetting.ts'
import { ROOT } from '../root.ts'
import { probeLines } from './probes.ts'

const file = readFileSync(join(ROOT, 'public/sample/probes.jsonl'), 'utf8')
const probes = parseProbes(file, 'probes.jsonl')

test('the shipped file is what its command writes: text of which the policy was taught no prompt', () => {
  expect(probeLines()).toEqual(file.trimEnd().split('\n'))
})

test('every probe\'s own completion keeps it, and each kind is asked often enough to tell methods apart', () => {
  expect(probes.filter((probe) => passes(probe, probe.completion) === false).map(({ id }) => id)).toEqual([])
  expect(probes.filter(({ kind }) => kind === 'language').length).toBe(160)
  expect(probes.filter(({ check }) => check === 'copy').length).toBe(60)
  expect(probes.filter(({ check }) => check === 'format').length).toBe(100)
})
