// A run's events as lines for the person at the terminal.
import type { Metrics, RunEvent } from '../../src/experiment/events.ts'

function measures(metrics: Metrics): string {
  return `ndcg@10 ${metrics['ndcg@10'].toFixed(4)}, ndcg@100 ${metrics['ndcg@100'].toFixed(4)}, format ${(100 * metrics.format).toFixed(1)} %`
}

/** One line, or undefined for events that are only recorded. */
export function eventLine(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'start':
      return `${event.dataset.name}: ${event.dataset.products} products, ${event.dataset.train} training, ${event.dataset.validation} validation and ${event.dataset.test} test queries; policy of ${event.policy.parameters} parameters; ${event.recommender}`
    case 'stage': return `stage ${event.stage}: ${event.steps} steps`
    case 'evaluation': return `${event.split}, ${event.policy} policy at step ${event.step}: ${measures(event.metrics)} (${(event.ms / 1000).toFixed(1)} s)`
    case 'step':
      return event.stage === 'sft'
        ? `step ${event.step}: loss ${event.loss.toFixed(4)} (${event.ms.toFixed(0)} ms)`
        : `step ${event.step}: reward ${event.reward.mean.toFixed(3)} ± ${event.reward.std.toFixed(3)}, ndcg ${event.ndcg.toFixed(3)}, format ${(100 * event.format).toFixed(0)} %, gap ${event.logpGap.toExponential(1)}${event.failed.rollouts > 0 ? `, ${event.failed.rollouts} not ranked` : ''} (${event.ms.toFixed(0)} ms)`
    case 'imitations': {
      const { rollouts, rows, imitations, reward, generatedTokens, ms } = event
      return rollouts === undefined ? undefined
        : `sampled ${rollouts} outputs for ${rows} rows: reward ${reward?.toFixed(3)}, ${imitations.length} kept for ${event.use} (${generatedTokens} tokens, ${ms?.toFixed(0)} ms)`
    }
    case 'imitated': {
      const { from, training, validation, unmatched = 0, ofTest = 0, tooLong = 0, sampled } = event
      const left = unmatched + ofTest + tooLong === 0 ? '' : `; left out: ${unmatched} that name no row, ${ofTest} of rows that are tested${tooLong === 0 ? '' : `, ${tooLong} longer than the policy’s positions`}`
      const drawn = sampled === undefined ? '' : ` of ${sampled.rollouts} outputs for ${sampled.rows} rows`
      return `sft imitates ${training} texts (${from})${drawn}, ${validation} held out${left}`
    }
    case 'checkpoint': return `checkpoint ${event.name}, step ${event.step}: ${event.reason}`
    case 'alarm': return `alarm at step ${event.step}: ${event.message}`
    case 'paired': return `sampled outputs over all training queries: ${event.before.toFixed(4)} before, ${event.after.toFixed(4)} after, p ${event.p}`
    case 'stopped': return `training was ended after step ${event.step}`
    case 'fork': return `goes on from run ${event.run}, step ${event.step}`
    case 'settings': return `from step ${event.step} on: ${Object.entries(event.changed).map(([name, value]) => `${name}=${value}`).join(' ')}`
    case 'rollouts': case 'answers': case 'done': return undefined
  }
}
