// The search server of a command: the page reaches it through its own host, so that no rule of browsers stands between the two.
import type { HttpSpec, RecommenderSpec } from '../src/domain/recommender.ts'
import type { Settings } from '../src/domain/settings.ts'
import { specOf } from '../src/domain/spec.ts'
import type { Authorisation } from '../src/protocol/retrieval.ts'
import { BadInput, messageOf } from './errors.ts'

/** Holds `Name: value`, or the value of Authorization alone. It is sent with every request to the server, and no record holds it. */
const HEADER_VARIABLE = 'SEARCH_AUTHORIZATION'

function serverIn(spec: RecommenderSpec): HttpSpec | undefined {
  if (spec.kind === 'http') return spec
  return spec.kind === 'hybrid' ? spec.parts.find((part) => part.kind === 'http') : undefined
}

/** The origin of the server that `settings` rank by, if they do, for `withLab` to forward to. Throws BadInput where settings don't fit together. */
export function upstreamOf(settings: Settings): string | undefined {
  try {
    const server = serverIn(specOf(settings))
    return server === undefined ? undefined : new URL(server.url).origin
  } catch (error) {
    throw new BadInput(messageOf(error), { cause: error })
  }
}

/** The header that the environment holds for such a server. */
export function authorisationOf(text = process.env[HEADER_VARIABLE]): Authorisation | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const [, name = 'Authorization', value = ''] = /^(?:([\w-]+):\s+)?(.*)$/s.exec(text.trim()) ?? []
  if (!/^[\x20-\x7e]+$/.test(value)) {
    throw new BadInput(`${HEADER_VARIABLE} is not one line of plain text; give "Name: value", or the value of Authorization`)
  }
  return { name, value }
}
