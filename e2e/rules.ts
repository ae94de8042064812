// The rules of the house as functions from a source to what is wrong with it.
import { isMember, nodesOf, reachesOf, stringsOf, type Source } from './sources.ts'

const TEST = /\.test\.tsx?$/

/** Room by path prefix, most particular first: what it may import of the project's own files. */
const MAY_IMPORT: readonly (readonly [room: string, allowed: readonly string[]])[] = [
  ['src/domain/', ['src/domain/']],
  ['src/protocol/', ['src/domain/', 'src/protocol/']],
  ['src/experiment/', ['src/domain/', 'src/protocol/', 'src/experiment/']],
  ['src/client/', ['src/domain/', 'src/protocol/', 'src/client/']],
  ['src/state/', ['src/domain/', 'src/experiment/', 'src/client/', 'src/state/']],
  ['src/ui/', ['src/domain/', 'src/state/', 'src/ui/']],
  ['src/main.tsx', ['src/ui/', 'src/state/']],
  ['workers/gpu/', ['workers/gpu/', 'src/protocol/', 'src/domain/']],
  ['workers/kernels/', ['workers/kernels/', 'workers/gpu/', 'src/protocol/', 'src/domain/']],
  ['workers/model/', ['workers/model/', 'workers/kernels/', 'workers/gpu/', 'src/protocol/', 'src/domain/']],
  ['workers/retrieval/dense/', ['workers/retrieval/', 'workers/kernels/', 'workers/gpu/', 'workers/store/', 'workers/onnx/', 'src/protocol/', 'src/domain/']],
  ['workers/retrieval/', ['workers/retrieval/', 'workers/store/', 'src/protocol/', 'src/domain/']],
  ['workers/ingest/', ['workers/ingest/', 'workers/store/', 'src/protocol/', 'src/domain/']],
  ['workers/store/', ['workers/store/', 'src/protocol/', 'src/domain/']],
  ['workers/models/', ['workers/models/', 'workers/store/', 'workers/model/safetensors', 'src/protocol/', 'src/domain/']],
  ['workers/onnx/', ['workers/onnx/']],
  ['workers/', ['workers/', 'src/protocol/', 'src/domain/']],
]

/** Packages that only some rooms may import. */
const PACKAGES: readonly (readonly [name: RegExp, rooms: readonly string[]])[] = [
  [/^(react|react-dom)$/, ['src/ui/', 'src/main.tsx', 'src/state/']],
  [/^recharts$/, ['src/ui/']],
  [/^zustand$/, ['src/state/', 'src/ui/']],
  [/^jsep$/, ['src/domain/rewards/']], // a parser and nothing else: pure itself
  [/^comlink$/, ['src/client/', 'workers/']],
  [/^node:/, []],
  [/^@(jax-js|tensorflow)\//, []], // peers of the benches
]

/** Rooms that stand on nothing but the language, and packages that name them. */
const PURE: readonly string[] = ['src/domain/', 'src/protocol/', 'src/experiment/']

/** Imports that point the wrong way, of product code; the tests beside it are free to reach for what they need. */
export function wrongDirections(source: Source): string[] {
  if (TEST.test(source.path)) return []
  const room = MAY_IMPORT.find(([prefix]) => source.path.startsWith(prefix))
  if (room === undefined) return [`${source.path} stands in no room`]
  const [prefix, allowed] = room
  return reachesOf(source).flatMap(({ target, kind }) => {
    if (!target.includes('/') || target.startsWith('@')) {
      const rule = PACKAGES.find(([name]) => name.test(target))
      const free = rule === undefined ? !PURE.includes(prefix) : rule[1].some((where) => source.path.startsWith(where))
      return free ? [] : [`${source.path} imports package ${target}`]
    }
    if (kind === 'url' && source.path.startsWith('src/client/') && /^workers\/\w+\.worker\.ts$/.test(target)) return []
    if (target.endsWith('.css') && source.path.startsWith('src/')) return []
    return allowed.some((where) => target.startsWith(where)) ? [] : [`${source.path} reaches ${target}`]
  })
}

/** WGSL written inside TypeScript instead of a .wgsl file. */
export function embeddedShaders(source: Source): string[] {
  const wgsl = /@(compute|vertex|fragment|group|workgroup_size)\b|\bvar\s*<\s*(storage|uniform|workgroup)\b|\bfn\s+\w+\s*\([^)]*\)\s*(->|\{)/
  return stringsOf(source).filter((text) => wgsl.test(text)).map((text) => `${source.path} holds WGSL: ${text.trim().slice(0, 40)}`)
}

/** Chance that no seed decides. */
export function unseededChance(source: Source): string[] {
  if (TEST.test(source.path)) return []
  return [...nodesOf(source)].filter((node) => isMember(node, 'Math', 'random')).map(() => `${source.path} calls Math.random`)
}

/** True when a condition names ../shared itself or a constant whose line does. */
function aboutShared(condition: string, file: string): boolean {
  if (/shared/i.test(condition)) return true
  return [...condition.matchAll(/[A-Za-z_]\w*/g)].some(([name]) => new RegExp(`^\\s*(?:export )?const ${name}\\b[^\\n]*shared`, 'm').test(file))
}

/** Tests that are switched off. Only the absence of ../shared may leave a test out, and the condition says so by naming it. */
export function switchedOff(source: Source): string[] {
  const found: string[] = []
  for (const node of nodesOf(source)) {
    if (node.type !== 'CallExpression') continue
    const { start, end } = node as unknown as { start: number; end: number }
    const call = source.text.slice(start, end)
    const match = /^(?:\w+\.)*(?:test|it|describe|suite|bench)(?:\.\w+)*\.(only|skip|todo|fails|fixme|skipIf|runIf)\s*\(([^\n]*)/.exec(call)
    const [, means = '', condition = ''] = match ?? []
    if (match === null && !/^(xit|xdescribe|xtest|fit|fdescribe|ftest)\s*\(/.test(call)) continue
    const conditional = means === 'skipIf' || means === 'runIf' || means === 'skip'
    if (conditional && !/^['"`]/.test(condition) && aboutShared(condition, source.text)) continue
    found.push(`${source.path}: ${call.slice(0, 60)}`)
  }
  return found
}

/** Default exports and files of re-exports: the import graph should name what it means. */
export function defaultsAndBarrels(source: Source): string[] {
  const kinds = [...nodesOf(source)].map((node) => node.type)
  return [
    ...(kinds.includes('ExportDefaultDeclaration') ? [`${source.path} has a default export`] : []),
    ...(kinds.includes('ExportAllDeclaration') || /(^|\/)index\.tsx?$/.test(source.path) ? [`${source.path} is a barrel`] : []),
  ]
}

/** Versions that are not exact. */
export function looseVersions(versions: Readonly<Record<string, string>>): string[] {
  return Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)).map(([name, version]) => `${name}@${version}`)
}
