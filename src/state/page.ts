// The page's address and its title follow what is shown, and the address is taken where a person gives one.
import { settingsToHash } from '../domain/config.ts'
import type { Settings } from '../domain/settings.ts'
import { addressOf, missingData, readAddress, type AddressedData } from './address.ts'
import type { Library, LibraryState } from './data/library.ts'
import { isUnderWay, type Phase, type Run, type RunStoreState } from './run/run.ts'
import { sentenceOf } from './sentence.ts'
import type { Runs } from './runs/runs.ts'
import type { View } from './inspect/view.ts'

interface Page {
  readonly library: Library
  readonly run: Run
  readonly view: View
  readonly runs?: Pick<Runs, 'getState' | 'subscribe' | 'compare'>
}

/** The open data set as an address names it; undefined for the sample, which everyone has. */
export function addressedData({ shop }: LibraryState, library: Pick<Library, 'isSample'>): AddressedData | undefined {
  if (shop === undefined || library.isSample(shop.dataset.hash)) return undefined
  return { name: shop.dataset.name, hash: shop.dataset.hash, files: shop.report.files.map(({ file }) => file) }
}

/** What the hash says of the page as it stands. */
export function addressNow({ library, run, view, runs }: Page): string {
  const { place, query } = view.getState()
  return addressOf({
    settings: run.getState().settings, place, query: place === 'inspect' ? query : undefined, data: addressedData(library.getState(), library),
    runs: place === 'runs' ? runs?.getState().chosen : undefined,
  })
}

/** Takes an address, or says what is wrong with it. Returns the data set that it names, and the settings where it says any. */
export function takeAddress({ run, view, runs }: Pick<Page, 'run' | 'view' | 'runs'>, hash: string): { readonly data: AddressedData | undefined; readonly settings: Settings | undefined } {
  try {
    const { settings, place, query, data, runs: compared } = readAddress(hash)
    if (settings !== undefined && isUnderWay(run.getState().phase) && settingsToHash(settings) !== settingsToHash(run.getState().settings)) {
      run.setState({ addressFault: 'the address asks for other settings than those of the run under way; stop or reset that run, then follow the address again' })
      return { data: undefined, settings: undefined }
    }
    if (settings !== undefined) run.setAddress(settingsToHash(settings))
    if (place !== undefined) view.setPlace(place)
    if (query !== undefined) view.setQuery(query)
    if (compared !== undefined) runs?.compare(compared)
    return { data, settings }
  } catch (error) {
    run.setState({ addressFault: `the address was not understood: ${sentenceOf(error)}` })
    return { data: undefined, settings: undefined }
  }
}

/** Opens the data set that an address names where it is stored, and says which files are needed where it is not. */
export async function openAddressed({ library, run }: Pick<Page, 'library' | 'run'>, data: AddressedData): Promise<void> {
  if (library.getState().shop?.dataset.hash === data.hash) return
  await library.look()
  if (library.getState().stored.some(({ hash }) => hash === data.hash)) return library.open(data.hash)
  run.setState({ addressFault: missingData(data, library.getState().shop?.dataset.name) })
}

const DOING: Partial<Record<Phase, string>> = {
  preparing: 'preparing', running: 'training', stepping: 'one step', pausing: 'pausing', paused: 'paused', stopping: 'measuring', finished: 'finished', failed: 'stopped',
  interrupted: 'interrupted',
}
export const PAGE_TITLE = 'Rec-R1 Workbench'

/** What a browser's tab says: where the run stands, and then the page's name. */
export function titleOf({ phase, run: { done, planned } }: Pick<RunStoreState, 'phase' | 'run'>): string {
  const doing = DOING[phase]
  if (doing === undefined) return PAGE_TITLE
  return `${planned > 0 ? `${done}/${planned} ` : ''}${doing} · ${PAGE_TITLE}`
}

/** Keeps address and title as the page stands, from now on. */
export function followPage(page: Page, { write, title }: { readonly write: (hash: string) => void; readonly title: (text: string) => void }): void {
  const { library, run, view, runs } = page
  const address = (): void => write(addressNow(page))
  run.subscribe((now, before) => {
    if (now.settings !== before.settings) address()
    if (now.phase !== before.phase || now.run.done !== before.run.done || now.run.planned !== before.run.planned) title(titleOf(now))
  })
  view.subscribe((now, before) => {
    if (now.place !== before.place || (now.place === 'inspect' && now.query !== before.query)) address()
  })
  runs?.subscribe((now, before) => { if (now.chosen !== before.chosen && view.getState().place === 'runs') address() })
  library.subscribe(({ shop }, before) => {
    if (shop?.dataset !== before.shop?.dataset && shop !== undefined) address()
  })
}
