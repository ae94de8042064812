// Checks that an exported run is told from other files that are dropped.
import { expect, test } from 'vitest'
import { isRunArchive } from './runArchive.ts'

const file = (name: string, ...parts: string[]): File => new File(parts, name)

test('an archive whose list names run.json and events.jsonl is a run, at its end alone', async () => {
  expect(await isRunArchive(file('a.zip', 'x'.repeat(400_000), 'PK run.json PK events.jsonl'))).toBe(true)
  expect(await isRunArchive(file('a.zip', 'run.json events.jsonl', 'x'.repeat(400_000)))).toBe(false)
})

test('other archives and other files are not', async () => {
  expect(await isRunArchive(file('a.zip', 'examples.parquet'))).toBe(false)
  expect(await isRunArchive(file('a.txt', 'run.json events.jsonl'))).toBe(false)
})
