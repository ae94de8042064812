// What the imitations worker offers: texts to imitate, kept in this browser: files as they were read, and what a teacher wrote, answer by answer.
import type { Imitation } from '../domain/imitation.ts'
import type { ImitationReport, IngestProgress } from './ingest.ts'
import type { FrozenReference } from './sources.ts'

/** For which rows a teacher writes: another task, another version of its prompt, other data are other answers. */
export interface TaughtRows {
  readonly task: string
  readonly taskVersion: number
  readonly dataset: { readonly hash: string; readonly name: string }
}

/** What a teacher wrote to one prompt. */
export interface TeacherAnswer {
  readonly rowId: string
  /** as the policy reads it, its prefilled words included */
  readonly prompt: string
  /** goes on from the prompt, without the token that ended it */
  readonly output: string
  /** `length`: it was cut after `maxNewTokens` */
  readonly stop: 'token' | 'length'
  readonly maxNewTokens: number
}

/** One kept set. `id` is made of a file's texts, or of who writes for what: the same thing is not kept twice. */
export type ImitationRecord = { readonly id: string; readonly title: string; /** milliseconds since 1970 */ readonly addedAt: number } & (
  | { readonly kind: 'file'; readonly report: ImitationReport }
  | { readonly kind: 'teacher'; readonly reference: FrozenReference; readonly rows: TaughtRows }
)

/** The procedures of workers/imitations.worker.ts. Every failure is an Error whose message is a sentence. */
export interface ImitationsService {
  /** Every kept set, the oldest first. A damaged one is left out and removed. */
  list(): Promise<ImitationRecord[]>
  /** The name of the format of texts that a file is, from its first kilobytes; undefined where it is none. Never rejects. */
  recognise(file: File): Promise<string | undefined>
  /** Reads files of texts and keeps what they hold as one set. */
  keep(files: readonly File[], onProgress?: (progress: IngestProgress) => void): Promise<ImitationRecord>
  /** The texts of a kept file, in its order. */
  read(id: string): Promise<Imitation[]>
  /** The set of a teacher's answers to these rows, which begins where there is none. */
  taught(title: string, reference: FrozenReference, rows: TaughtRows): Promise<ImitationRecord>
  /** What a teacher wrote so far, in the order of writing. */
  answers(id: string): Promise<TeacherAnswer[]>
  /** Keeps further answers; they are on the disk when it resolves. */
  add(id: string, answers: readonly TeacherAnswer[]): Promise<void>
  remove(id: string): Promise<void>
  /** Ends the reading under way, which rejects; nothing of it is kept. */
  cancel(): Promise<void>
}
