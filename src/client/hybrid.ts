// Several recommenders as one: each is asked, and their rankings are fused query by query.
import type { HybridSpec, Recommender } from '../domain/recommender.ts'

export function hybridOf(_spec: HybridSpec, _parts: readonly Recommender[]): Recommender {
  throw new Error('hybrid: under way')
}
