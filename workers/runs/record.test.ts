// run.json is read field by field: a file may come from anywhere.
import { expect, test } from 'vitest'
import { broughtIn, recordOf } from './record.ts'
import { NEW } from './runs.testing.ts'

const CHECKPOINT = { stage: 'grpo', step: 3, names: ['best'], bytes: 4, sha256: 'a'.repeat(64), eventsBytes: 10 }
const RECORD = {
  ...NEW, id: '01234567-89ab-cdef-0123-456789abcdef', changedAt: 1, drivenAt: 1, tags: ['a'], notes: { q: 'n' }, checkpoints: [CHECKPOINT], events: { count: 1, bytes: 10 },
  parent: { id: 'p', name: 'n', step: 2 }, summary: { steps: 3 },
}

test('a record is taken with what belongs to it, and nothing else', () => {
  expect(recordOf({ ...RECORD, version: 1, damage: 'x', writer: 'here', evil: 1 })).toEqual(RECORD)
})

test('a run that comes from elsewhere was never trained here, and is under way nowhere', () => {
  const { drivenAt: _, ...rest } = RECORD
  const place = { id: '11234567-89ab-cdef-0123-456789abcdef', name: 'other' }
  expect(broughtIn({ ...recordOf(RECORD), status: 'running' }, place, 9)).toEqual({ ...rest, ...place, status: 'paused', changedAt: 9 })
})

test.each([
  ['id', '../../etc', 'its id is "../../etc", not a run\'s id'],
  ['id', '01234567-89AB-CDEF-0123-456789abcdef', 'not a run\'s id'],
  ['name', undefined, 'its name is missing, not a text'],
  ['tags', ['a', 1], 'its tags is ["a",1], not a list of texts'],
  ['status', 'done', 'its status is "done", not one of running, paused, finished, stopped, failed'],
  ['createdAt', '2026', 'its createdAt is "2026", not a time'],
  ['done', -1, 'its done is -1, not a number of steps'],
  ['settings', { a: {} }, 'its settings is {"a":{}}, not names with values'],
  ['dataset', { name: 'n' }, 'its hash is missing, not a text'],
  ['environment', { a: 1 }, 'its environment is {"a":1}, not names with texts'],
  ['summary', 'good', 'its summary is "good", not an object'],
  ['parent', { id: 'p', name: 'n', step: 1.5 }, 'its step is 1.5, not a step'],
  ['events', { count: 1, bytes: 1e300 }, 'its bytes is 1e+300, not a number of bytes'],
  ['checkpoints', [{ ...CHECKPOINT, stage: '../x' }], 'its stage is "../x", not sft or grpo'],
  ['checkpoints', [{ ...CHECKPOINT, sha256: 'zz' }], 'its sha256 is "zz", not a SHA-256'],
  ['checkpoints', [CHECKPOINT, CHECKPOINT], 'two of its checkpoints have one stage and step'],
  ['checkpoints', {}, 'its checkpoints is {}, not a list'],
])('a record whose %s is %j is refused with the field', (name, value, reason) => {
  expect(() => recordOf({ ...RECORD, [name]: value })).toThrow(reason)
})

test('what is no object is no record', () => {
  for (const value of [null, [], 'x', 3]) expect(() => recordOf(value)).toThrow('it is not a JSON object')
})
