// Reads the project's TypeScript as syntax trees, so that the rules of the house are checked on code and not on text.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface Source {
  /** path from the repository's root, with forward slashes */
  readonly path: string
  readonly text: string
}

/** One way in which a file reaches another. */
export interface Reach {
  /** path from the root for a file, the package's name for a package */
  readonly target: string
  readonly kind: 'import' | 'url'
}

/** Every file under a folder that ends in one of the given endings. */
export function filesUnder(folder: string, endings: readonly string[]): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

export function readSource(path: string): Source {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') }
}

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Every node of the file's syntax tree. Throws where the file does not parse. */
export function* nodesOf({ path, text }: Source): Generator<Node> {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message ?? ''}`)
  const stack: unknown[] = [program]
  while (stack.length > 0) {
    const value = stack.pop()
    if (Array.isArray(value)) stack.push(...value)
    else if (typeof value === 'object' && value !== null) {
      if (isNode(value)) yield value
      stack.push(...Object.values(value))
    }
  }
}

function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value']
  if (node.type === 'TemplateLiteral') return (node['quasis'] as readonly { value: { cooked: string } }[]).map((part) => part.value.cooked).join('')
  return undefined
}

function name(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? String(node['name']) : undefined
}

/** `object.property`, such as Math.random. */
export function isMember(node: Node, object: string, property: string): boolean {
  if (node.type !== 'MemberExpression' || name(node['object']) !== object) return false
  return node['computed'] === true ? textOf(node['property']) === property : name(node['property']) === property
}

/** A path from the root without its query, or a package's name. */
function resolved(from: string, specifier: string): string {
  const [bare = ''] = specifier.split('?')
  if (bare.startsWith('.')) return posix.normalize(posix.join(dirname(from), bare))
  return bare.split('/').slice(0, bare.startsWith('@') ? 2 : 1).join('/')
}

/** What a file imports: static, side-effect, re-exported, dynamic, `import()` types, and `new URL(…, import.meta.url)`. */
export function reachesOf(source: Source): Reach[] {
  const found: Reach[] = []
  const add = (specifier: string | undefined, kind: Reach['kind']): void => {
    if (specifier !== undefined) found.push({ target: resolved(source.path, specifier), kind })
  }
  for (const node of nodesOf(source)) {
    switch (node.type) {
      case 'ImportDeclaration': case 'ExportNamedDeclaration': case 'ExportAllDeclaration': case 'ImportExpression': case 'TSImportType':
        add(textOf(node['source']), 'import')
        break
      case 'NewExpression': {
        const [address, base] = node['arguments'] as readonly unknown[]
        if (name(node['callee']) === 'URL' && isNode(base) && base.type === 'MemberExpression' && name(base['property']) === 'url') add(textOf(address), 'url')
        break
      }
    }
  }
  return found
}

/** Every string and template of the file. */
export function stringsOf(source: Source): string[] {
  return [...nodesOf(source)].map(textOf).filter((text): text is string => text !== undefined)
}
