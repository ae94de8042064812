// A policy by its id: of the model hub, or of a mirror of it; an access token is held in memory only.
import { useId, useState, type FormEvent } from 'react'
import { usePolicies, useRun, useWorkbench } from '../parts/stores.ts'

const SUGGESTED = [
  'Qwen/Qwen2.5-0.5B-Instruct', 'Qwen/Qwen3-0.6B', 'Qwen/Qwen2.5-1.5B-Instruct', 'deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B',
] as const

/** An address that is being written and is none yet. */
interface Draft {
  readonly text: string
  readonly fault: string
}

interface MirrorProps {
  readonly token: string
  readonly onToken: (token: string) => void
  readonly draft: Draft | undefined
  readonly onDraft: (draft: Draft | undefined) => void
}

function Mirror({ token, onToken, draft, onDraft }: MirrorProps) {
  const { run } = useWorkbench()
  const mirror = useRun((state) => state.settings.policyMirror)
  // stays as the person left it, whatever is written within
  const [open, setOpen] = useState(mirror !== '')
  const id = useId()
  const take = (text: string): void => {
    const fault = run.change('policyMirror', text)
    onDraft(fault === undefined ? undefined : { text, fault })
  }
  return (
    <details className="hub-more" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Mirror and token</summary>
      <p className="mapped">
        <label htmlFor={`${id}-mirror`}>Mirror</label>
        <input
          id={`${id}-mirror`} type="text" inputMode="url" autoComplete="off" spellCheck={false} placeholder="https://huggingface.co"
          value={draft?.text ?? mirror} aria-invalid={draft !== undefined} aria-describedby={`${id}-why`} onChange={(event) => take(event.currentTarget.value)}
        />
        <small id={`${id}-why`}>
          {draft === undefined ? 'an address that serves /ID/resolve/REVISION/FILE; empty: the hub itself' : <span role="alert" className="fault">{draft.fault}</span>}
        </small>
      </p>
      <p className="mapped">
        <label htmlFor={`${id}-token`}>Access token</label>
        <input id={`${id}-token`} type="password" autoComplete="off" value={token} onChange={(event) => onToken(event.currentTarget.value)} />
        <small>for models that ask for one; kept in memory until the page is left, and sent to that host alone</small>
      </p>
    </details>
  )
}

export function Hub() {
  const { policies, run } = useWorkbench()
  const asking = usePolicies((state) => state.asking)
  // a policy that the address asks for and that is not here yet
  const wanted = useRun((state) => state.settings.policy)
  const missing = usePolicies((state) => !state.kept.some(({ id: kept }) => kept === wanted)) && wanted.includes('/')
  const [text, setText] = useState(missing ? wanted : '')
  const [token, setToken] = useState('')
  const [draft, setDraft] = useState<Draft>()
  const id = useId()
  const lookUp = (name: string): void => void policies.lookUp(name, run.getState().settings.policyMirror, token)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() !== '' && draft === undefined) lookUp(text)
  }
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>From the model hub</h3>
      <form className="choose-address" onSubmit={submit}>
        <input
          type="text" aria-label="Id of a model" autoComplete="off" spellCheck={false} placeholder="owner/name" list={`${id}-known`}
          value={text} onChange={(event) => setText(event.currentTarget.value)}
        />
        <datalist id={`${id}-known`}>{SUGGESTED.map((name) => <option key={name} value={name} />)}</datalist>
        <button type="submit" className="button" disabled={text.trim() === '' || draft !== undefined}>Look up</button>
      </form>
      <p className="suggested">
        {SUGGESTED.map((name) => (
          <button
            key={name} type="button" className="plain" title={name} disabled={draft !== undefined}
            onClick={() => {
              setText(name)
              lookUp(name)
            }}
          >
            {name.slice(name.indexOf('/') + 1)}
          </button>
        ))}
      </p>
      <p className="quiet" role="status">{asking === undefined ? 'Looking up fetches the configuration only.' : `Looking up ${asking} …`}</p>
      <Mirror token={token} onToken={setToken} draft={draft} onDraft={setDraft} />
    </section>
  )
}
