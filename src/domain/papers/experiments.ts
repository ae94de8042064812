// Every experiment of the papers by its name: adding one is adding a file and its line here.
import type { Experiment } from './experiment.ts'
import { forgetting } from './forgetting.ts'
import { coldStart, crossDomain } from './generalisation.ts'
import { mainTables } from './mainTables.ts'
import { qualityAndCost } from './qualityAndCost.ts'
import { recllmTable1 } from './recllm.ts'
import { sftAndRl } from './sftAndRl.ts'
import { thinking } from './thinking.ts'

export const EXPERIMENTS: readonly Experiment[] = [sftAndRl, mainTables, qualityAndCost, forgetting, crossDomain, coldStart, thinking, recllmTable1]

/** The experiment of that name. Throws a sentence that names those there are. */
export function experimentNamed(name: string): Experiment {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name)
  if (found === undefined) throw new Error(`experiment ${JSON.stringify(name)} is unknown; give one of ${EXPERIMENTS.map((experiment) => experiment.name).join(', ')}`)
  return found
}
