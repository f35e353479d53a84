import { useRef, useState } from 'preact/hooks'
import type { ElementOptions } from '../page-options.js'
import { CopyButton } from '../parts/copy-button.js'
import { Select } from '../parts/select.js'
import { usePage } from '../state/page.js'

interface Use {
  readonly id: string
  readonly title: string
  readonly text: string
  /** The file that the text belongs in. */
  readonly path: string | null
  readonly notes: readonly string[]
}

/** Where a new token goes: lines to copy, with the token in them. */
export function TokenUses({ token, saved }: { readonly token: string; readonly saved: () => void }) {
  const { strings, options } = usePage()
  const uses = usesOf(token, options, strings.token)
  const [chosen, setChosen] = useState('env')
  const shown = useRef<HTMLElement>(null)
  const use = uses.find(({ id }) => id === chosen) ?? uses[0]
  if (use === undefined) return null
  return (
    <div class="uses">
      <Select
        hasLabel
        label={strings.token.use}
        value={use.id}
        choices={uses.map(({ id, title }) => [id, title] as const)}
        set={setChosen}
      />
      {use.path !== null && <p class="quiet">{use.path}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      <pre tabIndex={0} dir="ltr">
        <code ref={shown}>{use.text}</code>
      </pre>
      {use.notes.map((note) => (
        <p key={note} class="quiet">
          {note}
        </p>
      ))}
      <div class="buttons">
        <CopyButton text={use.text} fallback={shown} label={strings.token.copyOf(use.title)} copied={saved} />
        {use.id === 'env' && (
          <button
            type="button"
            class="button"
            onClick={() => {
              download('.env', use.text)
              saved()
            }}
          >
            {strings.token.download}
          </button>
        )}
      </div>
    </div>
  )
}

function usesOf(
  token: string,
  { envName, exampleUrl, mcp }: ElementOptions,
  words: { readonly env: string; readonly curl: string },
): readonly Use[] {
  const env = { id: 'env', title: words.env, text: `${envName}=${token}\n`, path: null, notes: [] }
  const curl = {
    id: 'curl',
    title: words.curl,
    text: `curl -H 'Authorization: Bearer ${token}' '${exampleUrl?.replaceAll("'", '%27')}'\n`,
    path: null,
    notes: [],
  }
  const clients = (mcp?.filled ?? []).flatMap(({ client, title, files: [file], notes, warnings }) =>
    file === undefined || mcp === null
      ? []
      : [
          {
            id: `mcp:${client}`,
            title,
            text: file.text.replaceAll(mcp.placeholder, token),
            path: file.path,
            notes: [...warnings, ...notes],
          },
        ],
  )
  return [env, ...(exampleUrl === null ? [] : [curl]), ...clients]
}

/** Saves a text as a file. Its address is good for this one use. */
export function download(name: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
