// What the parts of one run share: its ports, settings and queries, and what it remembers of its steps.
import type { Dataset } from '../domain/dataset.ts'
import type { Imitation } from '../domain/imitation.ts'
import type { Settings } from '../domain/settings.ts'
import type { Objective, Optimiser, PolicyInfo } from '../protocol/policy.ts'
import { Alarms } from './alarms.ts'
import type { GrpoStep, LoadedRecord, RecordedImitation, RunEvent, StageName } from './events.ts'
import type { Measured } from './evaluate.ts'
import type { Ports } from './ports.ts'
import { openRewarding, type Rewarding } from './rewarding.ts'
import { planTasks, type Tasks } from './tasks.ts'

export interface RunInput {
  readonly dataset: Dataset
  readonly settings: Settings
  /** what `load` said of the policy, for the record */
  readonly policy: PolicyInfo
  /** which policy that is, and the adapter that it continues, for the record */
  readonly loaded?: LoadedRecord
  /** names and versions of what ran, for the record */
  readonly versions: Readonly<Record<string, string>>
  /** outputs that the sft stage imitates where `sftFrom` is file or teacher; a run that goes on has them in its events */
  readonly imitate?: readonly Imitation[]
  /**
   * Events of a run up to and including a `checkpoint` event (a `fork` event may follow): training goes on after it. The engine must hold that
   * checkpoint's state, the stage's starting weights as reference and, where there was one, the best checkpoint under `best`: resume.ts restores
   * them. Of `answers` those of step 0 are needed, wherever they stand; `rollouts` are not.
   */
  readonly resume?: readonly RunEvent[]
  /** of a run that goes on: false where the best checkpoint was not kept, so that the best is chosen among what follows */
  readonly bestKept?: boolean
  /** asked before every step: true ends training early, and what was reached is measured */
  readonly ended?: () => boolean
}

export interface Run {
  readonly ports: Ports
  readonly settings: Settings
  readonly tasks: Tasks
  readonly rewarding: Rewarding
  readonly imitate: readonly Imitation[] | undefined
  /** tokens that a prompt with its completion takes at most */
  readonly positions: number
  /** what the sft stage imitates, as the record has it; nothing where data and settings give it again */
  readonly recorded: { readonly training: RecordedImitation[]; readonly validation: RecordedImitation[] }
  readonly objective: Objective
  readonly optimiser: (learningRate: number) => Optimiser
  /** the run's beginning by the ports' clock; of a run that goes on, what its steps and evaluations took before lies between */
  startMs: number
  /** GRPO steps so far */
  readonly history: GrpoStep[]
  /** supervised steps so far, and the last one's loss */
  supervised: number
  sftLoss: number
  /** the checkpoint that will be measured, kept in the policy worker as 'best' */
  best: { readonly step: number; readonly reward: number } | undefined
  validations: number
  /** test results of the policy before the first of several stages */
  prompted: Tested | undefined
  /** test results of the unchanged query and of the policy that the last stage starts from */
  original: Tested | undefined
  before: Tested | undefined
  /** step of the latest validation of the stage */
  validatedAt: number | undefined
  /** whether a person ended training */
  stopped: boolean
  /** how much of the history stands before a fork: what went wrong there ends nothing here */
  forkedAt: number
  readonly alarms: Alarms
  readonly ended: () => boolean
}

/** What the summary needs of a test. */
export type Tested = Pick<Measured, 'metrics' | 'perQuery'>

/** Where in a run its events end, and what follows. */
export interface Place {
  readonly stage: StageName
  readonly step: number
  readonly name: 'start' | 'best' | 'step' | 'last'
}

export function openRun(ports: Ports, { dataset, settings, policy, imitate, ended = () => false }: RunInput): Run {
  const { beta1, beta2, adamEpsilon: epsilon, weightDecay, maxGradNorm } = settings
  const { aggregation, importance, clipLow, clipHigh, klCoefficient, entropyCoefficient, temperature, microBatchSequences } = settings
  const tasks = planTasks(dataset, settings)
  return {
    ports, settings, imitate, tasks, positions: policy.positions ?? Infinity,
    rewarding: openRewarding(ports, settings, tasks.training),
    recorded: { training: [], validation: [] },
    objective: {
      aggregation, importance, clipLow, clipHigh, klCoefficient, entropyCoefficient, temperature, microBatchSequences,
      maxCompletionLength: settings.maxNewTokens,
    },
    optimiser: (learningRate) => ({ learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm }),
    startMs: ports.now(), history: [], supervised: 0, sftLoss: 0, best: undefined, validations: 0, prompted: undefined, original: undefined, before: undefined,
    validatedAt: undefined, stopped: false, forkedAt: 0, alarms: new Alarms(settings.groupSize), ended,
  }
}
