// What a task is: how rows of data become prompts, how outputs are read, what the recommender is asked, and what ranking is then measured.
import type { Dataset, JudgedQuery, Product } from '../dataset.ts'
import type { Prompt } from '../prompt.ts'
import type { Ranking } from '../recommender.ts'
import type { Request } from '../request.ts'
import type { Settings } from '../settings.ts'

/** One event of a person's past, oldest first. */
export interface Past {
  readonly id: string
  /** seconds since 1970 */
  readonly time?: number
  /** how strongly the person engaged: a rating, or a strength from 0 to 1, as the file has it */
  readonly strength?: number
}

/** One thing to ask the policy about. A judged query is one as it stands; other tasks make theirs of histories. */
export interface Row extends JudgedQuery {
  /** what came before, oldest first */
  readonly history?: readonly Past[]
  /** what is told of the person besides: age, city tier, interests */
  readonly profile?: Readonly<Record<string, string>>
  /** the relevant ids in the order in which they came: what a sequence reward compares with */
  readonly sequence?: readonly string[]
  /** the ids to choose from; where the task draws them itself, there once the row is prepared */
  readonly candidates?: readonly string[]
  /** ids that no ranking may hold: what the person has, where seen items are removed */
  readonly seen?: ReadonlySet<string>
}

/** Products by id, as far as they were asked for (TaskSpec.needs). */
export interface Facts {
  product(id: string): Product | undefined
}

export const NO_FACTS: Facts = { product: () => undefined }

/** What an output says, read leniently: a text (the query, the profile, the list as written), and the single items where the task asks for a list. */
export interface Reading {
  readonly text: string
  readonly items?: readonly string[]
}

/** A row with all that is known of it. */
export interface Case {
  readonly row: Row
  readonly facts: Facts
  readonly settings: Settings
}

/** A case whose prompt is made. */
export interface Asked extends Case {
  readonly prompt: Prompt
}

/** Where the candidates of a row come from: nowhere, the row itself, or a draw that the loop makes before the prompt (`pool`). */
export interface Pool {
  /** what the recommender is asked for candidates; undefined where nothing can be asked */
  readonly query: (row: Row, facts: Facts) => string
  /** candidates in all */
  readonly size: number
  /** drawn by the recommender, or by chance from the catalogue */
  readonly by: 'recommender' | 'random'
  /** whether relevant products are put among them, so that there is something to find */
  readonly withTargets: boolean
}

export interface TaskSpec {
  readonly name: Settings['task']
  readonly title: string
  /** of the prompt and its parser: what changes either counts it up; recorded with every run */
  readonly version: number
  /** one or two sentences for the person who chooses */
  readonly explanation: string
  /** where prompt and parsing come from: a release, or ours */
  readonly source: string
  /** what of the data it asks about */
  readonly over: 'queries' | 'histories'
  /** what the answer is: a text that is searched for, ids of candidates, names that are matched, or a text for another recommender */
  readonly answers: 'query' | 'ids' | 'names' | 'text'
  /** Every row of the data in its order, whatever split. Throws a sentence where the data holds nothing that the task could ask about. */
  readonly rows: (dataset: Dataset, settings: Settings) => readonly Row[]
  /** how candidates are drawn; absent where the row brings them, or none are needed */
  readonly pool?: (settings: Settings) => Pool | undefined
  /** ids of the products that prompt, parser and `asks` read */
  readonly needs: (row: Row, settings: Settings) => readonly string[]
  /** the row in one line for people */
  readonly describe: (row: Row, facts: Facts) => string
  readonly prompt: (about: Case) => Prompt
  /** the strict reading of training; never throws */
  readonly parse: (asked: Asked, completion: string) => Request
  /** the lenient reading of evaluation; never throws */
  readonly read: (asked: Asked, completion: string) => Reading
  /** what stands for the answer where no policy is asked: the query itself, the history's titles, the candidates as given */
  readonly original: (about: Case) => Reading
  /** texts that the recommender ranks for an answer; none where the answer is a ranking already */
  readonly asks: (reading: Reading, about: Case) => readonly string[]
  /** the ranking that is measured, at most `k` ids: of the rankings of `asks`, in their order */
  readonly rank: (reading: Reading, rankings: readonly Ranking[], about: Case, k: number) => readonly string[]
  /** a completion that keeps the format: what supervised training teaches; `answer` is a query, a text, or the items of a list */
  readonly completion: (thought: string, answer: string | readonly string[], about: Case) => string
  /** an answer made of the row's labels, for supervised training without a teacher; undefined where labels say nothing */
  readonly label?: (about: Case) => string | readonly string[] | undefined
}
