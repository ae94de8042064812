// A build is the same whoever asks for it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureBuilt } from './build.ts'

let root: string
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'rec-r1-workbench-build-')) })
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('a page built under a test runner is a production build, and the runner keeps its own environment', async () => {
  writeFileSync(join(root, 'index.html'), '<script type="module" src="./main.js"></script>')
  writeFileSync(join(root, 'main.js'), 'document.title = import.meta.env.PROD ? "made for use" : "made for development"')
  const outDir = join(root, 'out')
  const before = process.env['NODE_ENV']
  expect(before).not.toBe('production')
  expect(await ensureBuilt(outDir, { root, configFile: false }, 'a hash')).toBe(true)
  expect(process.env['NODE_ENV']).toBe(before)
  const scripts = readdirSync(join(outDir, 'assets')).map((name) => readFileSync(join(outDir, 'assets', name), 'utf8')).join('')
  expect(scripts).toContain('made for use')
  expect(scripts).not.toContain('made for development')
  expect(await ensureBuilt(outDir, { root, configFile: false }, 'a hash')).toBe(false)
})
