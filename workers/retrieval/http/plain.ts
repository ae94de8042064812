// The plain JSON contract of a server of one's own (in words: HttpRecommender).
import { alone, checkedRanking, fail, isObject, malformed, type Answer } from './answer.ts'
import type { Exchange } from './dialects.ts'

export const plain: Exchange = {
  request({ url }, queries, k) {
    // half a surrogate pair is no text to most servers
    const texts = queries.map((query) => query.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
    return { url, body: JSON.stringify({ queries: texts, k }), contentType: 'application/json' }
  },

  read(reply, _, queries, k) {
    if (!isObject(reply) || !Array.isArray(reply['rankings'])) throw malformed('{"rankings": [{"ids": […], "scores": […]}, …]}', reply)
    const rankings = reply['rankings'] as readonly unknown[]
    if (rankings.length !== queries) throw malformed(`a ranking for each of ${queries} queries`, rankings.length)
    return rankings.map((ranking, at) => alone((): Answer => {
      const where = `rankings[${at}]`
      if (!isObject(ranking)) throw malformed(`{"ids": […], "scores": […]} at ${where}`, ranking)
      const { ids, scores, error } = ranking
      if (error !== undefined && error !== null) return fail(`said of this query: ${typeof error === 'string' ? error : JSON.stringify(error)}`)
      if (!Array.isArray(ids)) throw malformed(`a list of ids at ${where}`, ids)
      if (scores !== undefined && scores !== null && !Array.isArray(scores)) throw malformed(`a list of scores at ${where}, or none`, scores)
      return checkedRanking(ids, scores ?? undefined, k, where)
    }))
  },
}
