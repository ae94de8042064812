// What was just done to the runs, with the way back: it stays until it is dismissed or something else is done, and is read out.
import { useEffect, useRef } from 'react'
import { useRuns, useWorkbench } from '../parts/stores.ts'

export function RunsNotice() {
  const { runs } = useWorkbench()
  const notice = useRuns((state) => state.notice)
  const failure = useRuns((state) => state.failure)
  const doing = useRuns((state) => state.doing)
  const undo = useRef<HTMLButtonElement>(null)
  const removed = notice?.undo
  useEffect(() => {
    // the button that deleted is gone with its run: the keyboard goes on at the way back
    if (removed !== undefined && (document.activeElement === null || document.activeElement === document.body)) undo.current?.focus()
  }, [removed])
  return (
    <>
      <div role="status" className="runs-notices">
        {doing !== undefined && <p className="notice">{doing}</p>}
        {notice !== undefined && (
          <p className="notice runs-notice">
            <span>{notice.message}</span>
            {notice.undo !== undefined && <button ref={undo} type="button" className="button small" onClick={() => void runs.undo()}>Undo</button>}
            <button type="button" className="plain" onClick={runs.dismiss}>Dismiss</button>
          </p>
        )}
      </div>
      {failure !== undefined && (
        <p role="alert" className="notice bad runs-notice">
          <span>{failure}</span> <button type="button" className="plain" onClick={() => runs.fail(undefined)}>Dismiss</button>
        </p>
      )}
    </>
  )
}
