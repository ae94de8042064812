// A server as the recommender: queries go out in batches, a few requests at a time, and what fails is no ranking but a reason.
import type { HttpSpec } from '../../src/domain/recommender.ts'
import type { Authorisation, ServerCounts, WireRanking } from '../../src/protocol/retrieval.ts'
import { Stream } from '../../src/domain/random.ts'
import { fail, Malformed, type Answer } from './http/answer.ts'
import { DIALECTS, type Dialect, type Exchange } from './http/dialects.ts'
import { Requests, type Reply } from './http/requests.ts'
import { MOST_PATIENCE_MS, waitMs } from './http/status.ts'

/** Result windows of Elasticsearch and OpenSearch end here by default. */
const MOST_HITS = 10_000
/** Hits (query × rank) and queries that one request asks for at most. */
const HITS_PER_REQUEST = 20_000
const QUERIES_PER_REQUEST = 32
const PROBE = 'a'

/** One call of `rank`. Once a request of it has waited in vain to its last try, the others are tried once each. */
interface Call {
  silent: boolean
}

function mayMend(answer: Answer): boolean {
  return answer.failed !== undefined && answer.again
}

/**
 * The recommender behind an address.
 *
 * `elasticsearch` and `opensearch`: a single query goes to `URL/_search`, several go to `URL/_msearch` as lines of JSON; where a server
 * has no _msearch, each query goes to _search. Product ids are `_id` or the document's field `idField`.
 *
 * `json`, the plain contract for a server of one's own: `POST URL` with `{"queries": ["red mug", …], "k": 100}` and `content-type:
 * application/json`; status 200 with `{"rankings": [{"ids": ["B01", …], "scores": [7.1, …]}, …]}`, one ranking a query in the queries'
 * order, best first, at most k ids each, scores finite and falling; `scores` may be left out. A query that cannot be answered has
 * `{"error": "why"}` in place of its ranking. Other statuses fail all queries of the request: 408, 425, 429 and 500 to 599 are tried
 * again (after `Retry-After`, where it is sent), the others are not; an `{"error": "why"}` in their body is shown.
 */
export class HttpRecommender {
  readonly name: string
  readonly #dialect: Dialect
  readonly #requests: Requests
  #counts = { failed: 0, ids: 0, unknownIds: 0 }
  #asked = 0
  #retried = 0
  /** whether several queries may go in one request */
  #batches = true
  /** the address without its query string */
  readonly #server: string

  /** `holds` says whether an id is in the catalogue. */
  constructor(
    private readonly spec: HttpSpec, authorisation: Authorisation | undefined, private readonly holds: (id: string) => boolean = () => true,
  ) {
    this.name = `http-${spec.engine}`
    this.#dialect = DIALECTS[spec.engine]
    this.#requests = new Requests(spec, authorisation)
    const { origin, pathname } = new URL(spec.url)
    this.#server = `${origin}${pathname}`
  }

  authorise(header: Authorisation | undefined): void {
    this.#requests.authorise(header)
  }

  counts(): ServerCounts {
    return { ...this.#counts, requests: this.#requests.sent, retries: this.#retried }
  }

  /** One small query, so that a server that is away, blocked or refuses is told before a run begins. Throws the sentence. */
  async probe(): Promise<void> {
    const [ranking] = await this.#ask([PROBE], 1, { silent: false })
    this.#counts = { failed: 0, ids: 0, unknownIds: 0 }
    if (ranking?.failed !== undefined) throw new Error(ranking.failed)
  }

  /** Top `k` of each query in their order; a query that got no answer has a sentence in `failed` and no ids. Throws for a `k` no server gives. */
  async rank(queries: readonly string[], k: number): Promise<WireRanking[]> {
    if (k > MOST_HITS) throw new Error(`http: the ${k} best were asked for; result windows end at ${MOST_HITS}, so lower trainK, evalK or k`)
    const size = Math.max(1, Math.min(QUERIES_PER_REQUEST, Math.floor(HITS_PER_REQUEST / k)))
    const batches = Array.from({ length: Math.ceil(queries.length / size) }, (_, at) => queries.slice(at * size, (at + 1) * size))
    const call: Call = { silent: false }
    const answers = (await Promise.all(batches.map((batch) => this.#ask(batch, k, call)))).flat()
    return answers.map((answer) => this.#counted(answer))
  }

  /** Asks until every query of the batch has an answer that stands, or no try is left. */
  async #ask(batch: readonly string[], k: number, call: Call): Promise<Answer[]> {
    const { several, one } = this.#dialect
    const number = ++this.#asked
    const answers: Answer[] = []
    let open = batch.map((_, at) => at)
    for (let attempt = 1; ; attempt++) {
      if (open.length > 1 && !this.#batches) {
        const alone = await Promise.all(open.map((at) => this.#ask([batch[at]!], k, call)))
        for (const [i, at] of open.entries()) answers[at] = alone[i]![0]!
        return answers
      }
      const exchange = open.length > 1 ? several : one
      const reply = await this.#requests.send(exchange.request(this.spec, open.map((at) => batch[at]!), k), attempt > 1)
      if ('failed' in reply && several !== one && exchange === several && (reply.status === 404 || reply.status === 405)) {
        // no _msearch here, or no index: _search will tell which
        this.#batches = false
        continue
      }
      const read = this.#read(reply, exchange, open.length, k)
      for (const [i, at] of open.entries()) answers[at] = read[i]!
      open = open.filter((at) => mayMend(answers[at]!))
      const afterMs = 'afterMs' in reply ? reply.afterMs ?? 0 : 0
      if ('silent' in reply && reply.silent === true && attempt > this.spec.retries) call.silent = true
      if (open.length === 0 || attempt > this.spec.retries || call.silent || afterMs > MOST_PATIENCE_MS) {
        for (const at of open) answers[at] = fail(`${answers[at]!.failed}${attempt > 1 ? ` (tried ${attempt} times)` : ''}`)
        return answers
      }
      this.#retried++
      const chance = new Stream(number, 'retries', attempt).uniform()
      await new Promise((resolve) => { setTimeout(resolve, Math.max(waitMs(attempt, chance), afterMs)) })
    }
  }

  #read(reply: Reply, exchange: Exchange, queries: number, k: number): Answer[] {
    const all = (failed: string, again: boolean): Answer[] => Array.from({ length: queries }, () => fail(failed, again))
    if ('failed' in reply) return all(reply.failed, reply.again)
    const who = `the search server ${this.#server}`
    try {
      return exchange.read(reply.value, this.spec, queries, k).map((answer) => {
        if (answer.failed === undefined) return answer
        return fail(`${who} ${this.#requests.quoted(answer.failed)}${answer.remedy === undefined ? '' : `; ${answer.remedy}`}`, answer.again)
      })
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      const found = this.#requests.quoted(error.found)
      return all(`${who} gave a reply that can't be used: expected ${error.expected}, found ${found}; check httpEngine and httpTemplate`, false)
    }
  }

  #counted(answer: Answer): WireRanking {
    if (answer.failed !== undefined) {
      this.#counts.failed++
      return { ids: '', scores: new Float64Array(0), failed: answer.failed }
    }
    this.#counts.ids += answer.ids.length
    for (const id of answer.ids) if (!this.holds(id)) this.#counts.unknownIds++
    return { ids: answer.ids.join('\n'), scores: Float64Array.from(answer.scores) }
  }
}
