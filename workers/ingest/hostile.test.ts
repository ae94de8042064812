// Hostile files: every seeded mutation of a good file ends in records or in one sentence that names the file, soon, whatever the container.
import { describe, expect, it } from 'vitest'
import { goodFiles } from '../../lab/fuzz/files.ts'
import { hostileFile } from '../../lab/fuzz/mutate.ts'
import type { Format } from './format.ts'
import { FORMATS } from './formats/formats.ts'
import { readFile } from './read.ts'
import { recogniseFile } from './recognise.ts'
import { tally } from './testing.ts'

const SEED = 3
const CASES = 100
const LONGEST_MS = 10_000

/** Reads records without meaning, where no format knows the file. */
const ANY: Format = { name: 'any', role: 'unknown', matches: () => true, read: () => undefined }

async function outcome(file: File): Promise<string> {
  try {
    const { format } = await recogniseFile(file, FORMATS)
    const { sink, counts } = tally()
    const { rows } = await readFile(file, format ?? ANY, sink)
    return `${rows} rows, ${counts['reject'] ?? 0} refused`
  } catch (error) {
    if (!(error instanceof Error)) throw new Error(`no Error was thrown: ${String(error)}`, { cause: error })
    return `refused: ${error.message}`
  }
}

describe('hostile files', () => {
  it('are made from good ones, each of which is recognised and read to its last row', async () => {
    for (const { name, bytes, rows } of await goodFiles(SEED)) {
      const file = new File([bytes], name)
      const { format } = await recogniseFile(file, FORMATS)
      expect(format, name).toBeDefined()
      const { sink, counts } = tally()
      expect(await readFile(file, format!, sink), name).toEqual({ rows })
      expect(counts['reject'], name).toBeUndefined()
    }
  })

  for (let index = 0; index < CASES; index++) {
    it(`number ${index} ends in records or a sentence`, async () => {
      const { what, name, bytes } = await hostileFile(SEED, index)
      const started = performance.now()
      const said = await outcome(new File([bytes], name))
      expect(performance.now() - started, `${what}: ${said}`).toBeLessThan(LONGEST_MS)
      if (said.startsWith('refused')) {
        expect(said, what).toContain(name)
        expect(said.length, what).toBeLessThan(1000)
        expect(said, what).not.toContain('\n')
      }
    })
  }
})
