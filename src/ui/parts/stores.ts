// The workbench's stores, as hooks: a component selects what it shows and renders again only when that changes.
import { createContext, use, useEffect, useMemo } from 'react'
import { useStore, type StoreApi } from 'zustand'
import type { Product } from '../../domain/dataset.ts'
import type { TaskSpec } from '../../domain/tasks/task.ts'
import type { Answerers } from '../../state/inspect/columnTitles.ts'
import { recordedTask, rowWords, type RowWords } from '../../state/tasks/words.ts'
import type { Workbench } from '../../state/workbench.ts'

export const WorkbenchContext = createContext<Workbench | undefined>(undefined)

export function useWorkbench(): Workbench {
  const workbench = use(WorkbenchContext)
  if (workbench === undefined) throw new Error('no workbench above this component; mount it inside WorkbenchContext')
  return workbench
}

type StoreName = 'library' | 'run' | 'view' | 'adding' | 'looking' | 'search' | 'policies' | 'profiling' | 'cursor' | 'runs' | 'sources' | 'replay' | 'queries' | 'shell' | 'rows' | 'teacher'
type StateOf<Name extends StoreName> = Workbench[Name] extends StoreApi<infer State> ? State : never

export function useLibrary<Slice>(select: (state: StateOf<'library'>) => Slice): Slice {
  return useStore(useWorkbench().library, select)
}

export function useAdding<Slice>(select: (state: StateOf<'adding'>) => Slice): Slice {
  return useStore(useWorkbench().adding, select)
}

export function useLooking<Slice>(select: (state: StateOf<'looking'>) => Slice): Slice {
  return useStore(useWorkbench().looking, select)
}

export function useSearch<Slice>(select: (state: StateOf<'search'>) => Slice): Slice {
  return useStore(useWorkbench().search, select)
}

export function usePolicies<Slice>(select: (state: StateOf<'policies'>) => Slice): Slice {
  return useStore(useWorkbench().policies, select)
}

export function useProfiling<Slice>(select: (state: StateOf<'profiling'>) => Slice): Slice {
  return useStore(useWorkbench().profiling, select)
}

export function useCursor<Slice>(select: (state: StateOf<'cursor'>) => Slice): Slice {
  return useStore(useWorkbench().cursor, select)
}

export function useRuns<Slice>(select: (state: StateOf<'runs'>) => Slice): Slice {
  return useStore(useWorkbench().runs, select)
}

export function useSources<Slice>(select: (state: StateOf<'sources'>) => Slice): Slice {
  return useStore(useWorkbench().sources, select)
}

export function useTeacher<Slice>(select: (state: StateOf<'teacher'>) => Slice): Slice {
  return useStore(useWorkbench().teacher, select)
}

export function useShell<Slice>(select: (state: StateOf<'shell'>) => Slice): Slice {
  return useStore(useWorkbench().shell, select)
}

export function useQueryTable<Slice>(select: (state: StateOf<'queries'>) => Slice): Slice {
  return useStore(useWorkbench().queries, select)
}

export function useReplay<Slice>(select: (state: StateOf<'replay'>) => Slice): Slice {
  return useStore(useWorkbench().replay, select)
}

export function useRun<Slice>(select: (state: StateOf<'run'>) => Slice): Slice {
  return useStore(useWorkbench().run, select)
}

export function useView<Slice>(select: (state: StateOf<'view'>) => Slice): Slice {
  return useStore(useWorkbench().view, select)
}

export function useRows<Slice>(select: (state: StateOf<'rows'>) => Slice): Slice {
  return useStore(useWorkbench().rows, select)
}

/** What the task's rows are called. */
export function useRowWords(): RowWords {
  return rowWords(useRows((state) => state.spec))
}

/** The task of the run that is shown: that of its settings, whatever the form says by now. */
export function useRunTask(): TaskSpec {
  return recordedTask(useRun((state) => state.run.start?.settings['task'] ?? state.settings.task))
}

/** Who may answer, as the titles of columns name them. */
export function useAnswerers(): Answerers {
  const sources = useSources((state) => state.list)
  const records = useRuns((state) => state.records)
  const task = useRows((state) => state.spec)
  return useMemo(() => ({ sources, records, task }), [sources, records, task])
}

/** Characters of the longest prompt of the task as it is set. */
export function useLongestPrompt(): number {
  const { rows } = useWorkbench()
  const settings = useRun((state) => state.settings)
  return useRows(() => rows.longestPrompt(settings))
}

/** The product `id` of the open dataset; undefined until it is known, null where the catalogue lacks it. */
export function useProduct(id: string): Product | null | undefined {
  const { products } = useWorkbench()
  const product = useStore(products, ({ found }) => found.get(id))
  useEffect(() => {
    if (product === undefined) products.want([id])
  }, [products, product, id])
  return product
}
