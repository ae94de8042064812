// A run as columns: for each kind of point its three x axes, and a column for every line that somebody draws. All of it only ever grows.
import type { Settings } from '../../domain/settings.ts'
import type { ChartAxis } from '../../state/cursor.ts'
import type { RunState } from '../../state/run/run.ts'
import { Column, nearest, Smoothed } from './column.ts'
import { ofImitation, type Curve, type CurveLine, type Track } from './curves.ts'

type Item = RunState['steps'][number] | RunState['sft'][number] | RunState['validations'][number]
type Axes = Readonly<Record<ChartAxis, Column>>

const finite = (value: number | undefined): number => (value !== undefined && Number.isFinite(value) ? value : 0)

/** The steps that a track's points lie among. */
const stepsOf = (of: Track): 'steps' | 'sft' => (ofImitation(of) ? 'sft' : 'steps')

/** One kind of point of one run. */
class TrackColumns {
  items: readonly Item[] = []
  /** how many items the axes hold */
  length = 0
  axes: Axes = { step: new Column(), tokens: new Column(), wall: new Column() }
  private last: Item | undefined
  private columns = new Map<string, Column>()
  private smoothed = new Map<string, Smoothed>()

  /** True when `items` does not go on from what was read: then everything begins anew. */
  changed(items: readonly Item[]): boolean {
    return this.length > 0 && (items.length < this.length || items[this.length - 1] !== this.last)
  }

  clear(): void {
    this.items = []
    this.length = 0
    this.last = undefined
    this.axes = { step: new Column(), tokens: new Column(), wall: new Column() }
    this.columns = new Map()
    this.smoothed = new Map()
  }

  /** Reads what was added, up to `until`; `place` gives tokens and seconds so far, the item's own among them. */
  follow(items: readonly Item[], place: (item: Item) => readonly [tokens: number, seconds: number], until = items.length): void {
    this.items = items
    for (; this.length < until; this.length++) {
      const item = items[this.length]!
      const [tokens, seconds] = place(item)
      this.axes.step.push(item.step)
      this.axes.tokens.push(tokens)
      this.axes.wall.push(seconds)
      this.last = item
    }
  }

  column(key: string, value: (item: never, settings: Settings) => number | null | undefined, settings: Settings): Column {
    let column = this.columns.get(key)
    if (column === undefined) this.columns.set(key, column = new Column())
    while (column.length < this.length) column.push(value(this.items[column.length] as never, settings))
    return column
  }

  smooth(key: string, of: Column, weight: number): Column {
    let smoothed = this.smoothed.get(key)
    if (smoothed?.weight !== weight) this.smoothed.set(key, smoothed = new Smoothed(of, weight))
    return smoothed.follow()
  }

  /** The place of the point nearest to `step`; -1 where there is none. */
  at(step: number): number {
    return nearest(this.axes.step.values, this.length, step)
  }
}

/** Columns of one run. `follow` takes its state as it grows; a state that is another run's is read anew. */
export class RunSeries {
  readonly tracks: Readonly<Record<Track, TrackColumns>> = {
    steps: new TrackColumns(), sft: new TrackColumns(), validations: new TrackColumns(), sftValidations: new TrackColumns(),
  }
  /** whose colour and dash it has where several runs are drawn */
  place: number | undefined
  state: RunState | undefined
  settings: Settings
  private start: RunState['start']
  private given: Settings
  private tokens = 0
  private seconds = 0
  private validated = 0
  private sftValidated = 0
  private begun = false

  constructor(readonly id: string, public name: string, settings: Settings) {
    this.settings = this.given = settings
  }

  /** Returns whether anything that is drawn has changed. */
  follow(state: RunState, settings: Settings): boolean {
    if (state === this.state && settings === this.given) return false
    const { steps, sft, validations, sftValidations } = this.tracks
    const anew = steps.changed(state.steps) || sft.changed(state.sft) || validations.changed(state.validations) || sftValidations.changed(state.sftValidations)
    if (anew) {
      for (const track of Object.values(this.tracks)) track.clear()
      Object.assign(this, { tokens: 0, seconds: 0, validated: 0, sftValidated: 0, begun: false })
    }
    if (anew || settings !== this.given || state.start !== this.start || this.state === undefined) {
      // what a run was begun with is its own record's matter, not that of a form that has moved on
      this.settings = { ...settings, ...(state.start?.settings as Partial<Settings> | undefined) }
      this.given = settings
      this.start = state.start
    }
    this.state = state
    sft.follow(state.sft, (item) => {
      const step = item as RunState['sft'][number]
      this.validateSft(state, step.step)
      return [this.tokens += finite(step.tokens), this.seconds += finite(step.ms) / 1000]
    })
    this.validateSft(state, Infinity)
    if (!this.begun && (state.steps.length > 0 || state.validations.length > 0)) {
      this.begun = true
      this.seconds += (finite(state.tests.original?.ms) + finite(state.tests.before?.ms)) / 1000
    }
    steps.follow(state.steps, (item) => {
      const step = item as RunState['steps'][number]
      this.validate(state, step.step)
      return [this.tokens += finite(step.generatedTokens), this.seconds += finite(step.ms) / 1000]
    })
    this.validate(state, Infinity)
    return true
  }

  /** The columns of a chart's line. */
  column(curve: Curve, { key, value }: CurveLine): Column {
    return this.tracks[curve.of].column(`${curve.id}.${key}`, value, this.settings)
  }

  smooth(curve: Curve, line: CurveLine, weight: number): Column {
    return this.tracks[curve.of].smooth(`${curve.id}.${line.key}`, this.column(curve, line), weight)
  }

  band(curve: Curve): readonly [low: Column, high: Column] | undefined {
    const { band, id, of } = curve
    if (band === undefined) return undefined
    return [this.tracks[of].column(`${id}.low`, band.low, this.settings), this.tracks[of].column(`${id}.high`, band.high, this.settings)]
  }

  /** The x of a step on an axis; between two steps, that of the nearer. undefined where there is no step. */
  xOf(step: number, axis: ChartAxis, of: Track): number | undefined {
    if (axis === 'step') return step
    const own = stepsOf(of)
    const on = this.tracks[own].length > 0 ? own : 'steps'
    const track = this.tracks[on].length > 0 ? this.tracks[on] : this.tracks[of]
    const at = track.at(step)
    return at < 0 ? undefined : track.axes[axis].values[at]
  }

  /** The step nearest to an x of an axis. */
  stepAt(x: number, axis: ChartAxis, of: Track): number | undefined {
    const own = this.tracks[stepsOf(of)]
    const track = own.length > 0 ? own : this.tracks[of]
    const at = nearest(track.axes[axis].values, track.length, x)
    return at < 0 ? undefined : track.axes.step.values[at]
  }

  /** The same of the sft stage. */
  private validateSft(state: RunState, step: number): void {
    let until = this.sftValidated
    while (until < state.sftValidations.length && state.sftValidations[until]!.step < step) until++
    if (until === this.sftValidated) return
    // of sft alone they are the last stage's too, and their time is counted once, there
    const isApart = state.sftValidations[0]!.stage !== undefined
    const place = (item: Item): [number, number] => [this.tokens, isApart ? this.seconds += finite((item as RunState['validations'][number]).ms) / 1000 : this.seconds]
    this.tracks.sftValidations.follow(state.sftValidations, place, until)
    this.sftValidated = until
  }

  /** Takes validations of before `step` up: their time is passed, and stands where training stood. */
  private validate(state: RunState, step: number): void {
    let until = this.validated
    while (until < state.validations.length && state.validations[until]!.step < step) until++
    if (until === this.validated) return
    const place = (item: Item): [number, number] => [this.tokens, this.seconds += finite((item as RunState['validations'][number]).ms) / 1000]
    this.tracks.validations.follow(state.validations, place, until)
    this.validated = until
  }
}
