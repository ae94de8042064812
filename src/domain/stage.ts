// What a step of a stage is called, wherever one is named.

/** `step 40` of GRPO or of a run whose stage nobody knows yet, `SFT step 40`. */
export function stepWords(stage: string | undefined, step: number): string {
  return `${stage === 'sft' ? 'SFT ' : ''}step ${step.toLocaleString('en')}`
}
