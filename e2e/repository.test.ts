// The rules of the repository itself, and for each a planted violation that it must see.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultsAndBarrels, embeddedShaders, looseVersions, switchedOff, unseededChance, wrongDirections } from './rules.ts'
import { filesUnder, readSource, ROOT, type Source } from './sources.ts'

const product = ['src', 'workers'].flatMap((room) => filesUnder(room, ['.ts', '.tsx'])).filter((path) => !path.endsWith('.d.ts')).map(readSource)
const tooling = ['lab', 'e2e'].flatMap((room) => filesUnder(room, ['.ts'])).map(readSource)

const planted = (path: string, text: string): Source => ({ path, text })

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
}
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string; readonly hasInstallScript?: boolean } & Partial<Manifest>>>
}

describe('imports', () => {
  test('point down only: domain, protocol, experiment; client, state, ui; workers beside them', () => {
    expect(product.length).toBeGreaterThan(20)
    expect(product.flatMap(wrongDirections)).toEqual([])
  })

  test.each([
    ['a static import', 'src/domain/x.ts', 'import { a } from \'../protocol/policy.ts\''],
    ['a type import', 'src/protocol/x.ts', 'import type { A } from \'../experiment/ports.ts\''],
    ['a dynamic import', 'src/experiment/x.ts', 'const a = await import(\'../client/policy.ts\')'],
    ['an import() type', 'src/client/x.ts', 'type A = import(\'../state/library.ts\').A'],
    ['a side-effect import', 'workers/x.worker.ts', 'import \'../src/ui/theme.css\''],
    ['a re-export', 'src/state/x.ts', 'export { a } from \'../ui/parts/a.tsx\''],
    ['a worker by URL from the page', 'src/ui/x.tsx', 'new Worker(new URL(\'../../workers/policy.worker.ts\', import.meta.url))'],
    ['a worker by import from the client', 'src/client/x.ts', 'import { a } from \'../../workers/model/model.ts\''],
    ['a kernel that looks up to the model', 'workers/kernels/a/a.ts', 'import { a } from \'../../model/model.ts\''],
    ['a package in the domain', 'src/domain/x.ts', 'import { a } from \'minisearch\''],
    ['React in a worker', 'workers/model/x.ts', 'import { useState } from \'react\''],
    ['a peer of the benches in a worker', 'workers/model/x.ts', 'import { jit } from \'@jax-js/jax\''],
    ['Node in the page', 'src/ui/x.tsx', 'import { readFileSync } from \'node:fs\''],
    ['the command line from the product', 'src/client/x.ts', 'import { findChrome } from \'../../lab/chrome.ts\''],
  ])('the rule sees %s', (_, path, text) => {
    expect(wrongDirections(planted(path, text))).toHaveLength(1)
  })

  test('the rule allows the client to reach a worker by its URL', () => {
    expect(wrongDirections(planted('src/client/x.ts', 'new Worker(new URL(\'../../workers/policy.worker.ts\', import.meta.url))'))).toEqual([])
  })

  test('there are no default exports and no barrels', () => {
    expect(product.flatMap(defaultsAndBarrels)).toEqual([])
    expect(defaultsAndBarrels(planted('src/a/index.ts', 'export default 1'))).toHaveLength(2)
  })
})

describe('shaders and chance', () => {
  test('WGSL stands in .wgsl files, never in a TypeScript string', () => {
    expect(product.filter(({ path }) => !path.endsWith('.test.ts')).flatMap(embeddedShaders)).toEqual([])
    expect(embeddedShaders(planted('a.ts', 'const a = `@compute @workgroup_size(64) fn main() {}`'))).toHaveLength(1)
    expect(embeddedShaders(planted('a.ts', 'const a = "fn f(x: f32) -> f32"'))).toHaveLength(1)
  })

  test('nothing calls Math.random: all chance comes from a seed', () => {
    expect([...product, ...tooling].flatMap(unseededChance)).toEqual([])
    expect(unseededChance(planted('a.ts', 'const a = Math.random() + Math["random"]()'))).toHaveLength(2)
  })

  test('every kernel folder holds its shader, its dispatch, its reference and both tests', () => {
    const folders = readdirSync(join(ROOT, 'workers/kernels'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
    expect(folders.length).toBeGreaterThan(5)
    const lacking = folders.flatMap((folder) => {
      const has = readdirSync(join(ROOT, 'workers/kernels', folder))
      const files = ['.ts', '.reference.ts', '.test.ts', '.gpu.test.ts'].map((ending) => `${folder}${ending}`).filter((file) => !has.includes(file))
      return [...files, ...(has.some((file) => file.endsWith('.wgsl')) ? [] : ['a .wgsl file'])].map((file) => `workers/kernels/${folder} lacks ${file}`)
    })
    expect(lacking).toEqual([])
  })
})

describe('tests', () => {
  test('none is switched off, and only the absence of ../shared may leave one out', () => {
    expect([...product, ...tooling].filter(({ path }) => /\.(test|spec)\.tsx?$/.test(path)).flatMap(switchedOff)).toEqual([])
  })

  test.each(['test.only(\'a\', f)', 'test.skip(\'a\', f)', 'describe.skip(\'a\', f)', 'it.todo(\'a\')', 'test.skipIf(gpu === undefined)(\'a\', f)', 'fit(\'a\', f)', 'test.skip(isMac, \'reason\')'])('the rule sees %s', (text) => {
    expect(switchedOff(planted('a.test.ts', text))).not.toEqual([])
  })

  test('the rule allows a test that needs ../shared', () => {
    expect(switchedOff(planted('a.test.ts', 'test.skipIf(!hasShared)(\'a\', f)'))).toEqual([])
    expect(switchedOff(planted('a.test.ts', 'const REAL = \'../shared/data\'\ntest.skipIf(!existsSync(REAL))(\'a\', f)'))).toEqual([])
  })
})

describe('dependencies', () => {
  test('are pinned exactly', () => {
    expect(looseVersions(manifest.dependencies)).toEqual([])
    expect(looseVersions(manifest.devDependencies)).toEqual([])
    expect(looseVersions({ a: '^1.2.3', b: '1.2', c: '*', d: '1.2.3' })).toHaveLength(3)
  })

  test('stand in the lock as the manifest has them', () => {
    const { dependencies, devDependencies } = lock.packages[''] ?? {}
    expect({ dependencies, devDependencies }).toEqual({ dependencies: manifest.dependencies, devDependencies: manifest.devDependencies })
  })

  test('link the empty stand-ins for the native packages to a folder that is there', () => {
    for (const name of ['onnxruntime-node', 'sharp']) expect(existsSync(join(ROOT, lock.packages[`node_modules/${name}`]?.resolved ?? 'nowhere', 'package.json'))).toBe(true)
  })

  test('bring one onnxruntime-web, and nothing that downloads when installed', () => {
    const runtimes = Object.keys(lock.packages).filter((path) => /(^|\/)node_modules\/onnxruntime-(web|node)$/.test(path) && existsSync(join(ROOT, path, 'dist')))
    expect(runtimes).toEqual(['node_modules/onnxruntime-web'])
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) expect(manifest.scripts).not.toHaveProperty(script)
  })

  test('have a lock whose every optional package is there, so that npm ci accepts it', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, entry]) => {
      const optional = (entry as { optionalDependencies?: Readonly<Record<string, string>> }).optionalDependencies ?? {}
      return Object.keys(optional).filter((name) => {
        for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
          if (lock.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return false
          if (at === '') return true
          if (!at.includes('/node_modules/')) at = ''
        }
      }).map((name) => `${path} wants ${name}`)
    })
    expect(missing).toEqual([])
  })
})

test('the check of a fresh clone is npm ci and npm test, and nothing else', () => {
  const commands = readFileSync(join(ROOT, '.ci/run'), 'utf8').split('\n').filter((line) => line.startsWith('npm ')).map((line) => line.replace(' </dev/null', ''))
  expect(commands).toEqual(['npm ci', 'npm test'])
})
