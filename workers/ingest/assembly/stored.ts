// Rankings and outputs that files hold: kept as they are told, the lines of a run gathered by file and query.
import type { StoredOutput, StoredRanking } from '../../../src/protocol/ingest.ts'
import type { Place, Sink } from '../format.ts'
import type { Numbered } from './numbers.ts'

type Retrieved = Parameters<Sink['retrieved']>[0]
type Output = Parameters<Sink['output']>[0]

export class Stored {
  readonly outputs: StoredOutput[] = []
  readonly rankings: StoredRanking[] = []
  private readonly runs = new Map<string, { ids: string[]; scores: number[] }>()

  constructor(private readonly products: Numbered) {}

  retrieved(ranking: Retrieved, at: Place): void {
    const ids = ranking.ids.map((id) => this.products.texts[this.products.of(id)]!)
    if (ranking.scores === undefined) {
      this.rankings.push({ ...ranking, ids, ...at })
      return
    }
    const key = `${at.file}\n${ranking.queryId}`
    const run = this.runs.get(key)
    if (run !== undefined) {
      run.ids.push(...ids)
      run.scores.push(...ranking.scores)
      return
    }
    const begun = { ids, scores: [...ranking.scores] }
    this.runs.set(key, begun)
    this.rankings.push({ ...ranking, ...begun, ...at })
  }

  output(output: Output, at: Place): void {
    this.outputs.push({ ...output, ...at })
  }
}
