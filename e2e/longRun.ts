// A long run as the store of the run holds it, made up without chance: for what only a long run shows. Runs in the page.

interface Stores {
  readonly run: {
    getState(): { readonly run: Record<string, unknown>; readonly settings: unknown }
    setState(state: { readonly run: Record<string, unknown> }): void
  }
}

/**
 * Puts a run of `length` steps, the last `kept` of them held back, into the page's own store, and returns nothing; `__more()` adds the next held one, as the
 * driver does when an event comes. KL is not a number at steps 4,000 to 4,008, the gradient has one spike at 7,000, and an alarm stands at 4,000.
 */
export function longRun({ length, kept }: { readonly length: number; readonly kept: number }): void {
  const { run } = (globalThis as unknown as { __workbench: Stores }).__workbench
  const { settings, run: before } = run.getState()
  const wave = (step: number, k: number): number => Math.sin(step / (40 * k)) + 0.4 * Math.sin(step * 1.7 * k) + 0.2 * Math.sin(step * step * 0.013 * k)
  const steps = Array.from({ length }, (_, at) => {
    const [step, done] = [at + 1, at / length]
    const [ndcg, format] = [0.2 + 0.35 * done + 0.05 * wave(step, 1), Math.min(1, 0.7 + 0.3 * done + 0.02 * wave(step, 2))]
    return {
      type: 'step', stage: 'grpo', step, loss: 0.01 * wave(step, 2), kl: step >= 4000 && step <= 4008 ? Number.NaN : 0.1 * done + 0.01 * Math.abs(wave(step, 3)),
      entropy: 2 - done + 0.1 * wave(step, 2), clipLow: 0, clipHigh: 0, gradNorm: step === 7000 ? 80 : 1 + 0.3 * wave(step, 5), logpGap: 1e-6 * (2 + wave(step, 7)),
      tokens: 900 + (step % 50), skipped: 0, reward: { mean: ndcg + 0.1 * format - 0.05, std: 0.1, min: 0, max: 1 }, failed: { rollouts: 0, share: 0 },
      parts: { ndcg, format, malformed: 0.02, repetition: 0.2 * done, length: 0, overlong: 0 }, ndcg, format, words: 4 + 3 * done + 0.3 * wave(step, 3), distinct: 1 - 0.2 * done,
      newWords: 0.3 + 0.1 * wave(step, 1), distinctOutputs: 0.9 - 0.3 * done, completionLength: { mean: 30 + 5 * wave(step, 2), max: 60, truncated: 0 },
      zeroSpread: { share: 0.3, allGood: 0.2 * done, allBad: 0.3 - 0.2 * done }, learningRate: 1e-3 * Math.min(1, step / 5), generatedTokens: 950 + (step % 30),
      generateMs: 700 + 50 * wave(step, 4), rankMs: 20, updateMs: 900 + 40 * wave(step, 3), ms: 1620,
    }
  })
  const validations = steps.filter(({ step }) => step % 200 === 0 && step <= length - kept).map(({ step, ndcg }) => ({
    type: 'evaluation', split: 'validation', policy: 'current', step, reward: ndcg + 0.1, ms: 900, interval: { low: ndcg - 0.04, high: ndcg + 0.05 },
    metrics: { 'ndcg@10': ndcg, 'ndcg@100': ndcg + 0.1, 'recall@10': ndcg + 0.05, format: 1, words: 4, distinct: 1 },
  }))
  const start = {
    type: 'start', settings, recommender: 'minisearch', versions: {}, policy: { parameters: 1, trainableParameters: 1, bytes: {}, adapter: {} },
    dataset: { name: 'sample', hash: 'made up', products: 1, train: 1, validation: 1, test: 1 },
  }
  const shown = steps.slice(0, length - kept)
  const best = { type: 'checkpoint', name: 'best', stage: 'grpo', step: Math.floor(shown.length * 0.8), reason: 'validation reward 0.5100, above 0.5000 at step 200' }
  const alarms = [{ step: 4000, message: 'kl not finite: 1 updates were left out; lower learningRate (now 0.001)' }].filter(({ step }) => step <= shown.length)
  run.setState({ run: { ...before, start, stage: 'grpo', done: shown.length, planned: length, steps: shown, validations, alarms, best } })
  Object.assign(globalThis, {
    __more: () => {
      const { run: now } = run.getState()
      const held = now['steps'] as unknown[]
      run.setState({ run: { ...now, done: held.length + 1, steps: [...held, steps[held.length]] } })
    },
  })
}
