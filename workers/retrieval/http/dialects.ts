// The languages that servers speak: how queries are asked, and how a reply is read.
import type { HttpSpec } from '../../../src/domain/recommender.ts'
import type { Answer } from './answer.ts'
import { multiSearch, search } from './elastic.ts'
import { plain } from './plain.ts'

export interface Asking {
  readonly url: string
  readonly body: string
  readonly contentType: string
}

/** One kind of request. */
export interface Exchange {
  request(spec: HttpSpec, queries: readonly string[], k: number): Asking
  /** An answer for each query; throws Malformed where the reply is none. */
  read(reply: unknown, spec: HttpSpec, queries: number, k: number): Answer[]
}

export interface Dialect {
  readonly one: Exchange
  readonly several: Exchange
}

export const DIALECTS: Readonly<Record<HttpSpec['engine'], Dialect>> = {
  elasticsearch: { one: search, several: multiSearch },
  opensearch: { one: search, several: multiSearch },
  json: { one: plain, several: plain },
}
