// Checks what identifies a file's bytes.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { fileDigest } from './digest.ts'

const bytes = new Uint8Array(1000).map((_, i) => i % 251)

test('a file of one block has the SHA-256 that any tool prints, whatever its name', async () => {
  expect(await fileDigest(new File([bytes], 'a'))).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(await fileDigest(new File([], 'empty'))).toBe(createHash('sha256').digest('hex'))
})

test('a longer file has the SHA-256 of its blocks\' SHA-256s', async () => {
  const blocks = [bytes.subarray(0, 600), bytes.subarray(600)].map((block) => createHash('sha256').update(block).digest())
  expect(await fileDigest(new File([bytes], 'a'), 600)).toBe(createHash('sha256').update(Buffer.concat(blocks)).digest('hex'))
})
