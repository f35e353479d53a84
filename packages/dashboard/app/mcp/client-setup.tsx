import { useId, useRef } from 'preact/hooks'
import type { McpClient } from '../../src/options.js'
import { CopyButton } from '../parts/copy-button.js'
import { Icon } from '../parts/icon.js'
import { usePage } from '../state/page.js'

/** How one client connects: by a link, by a command, or by a text in a file. */
export function ClientSetup({ of: client }: { readonly of: McpClient }) {
  const { strings } = usePage()
  const words = strings.mcp
  return (
    <>
      {client.warnings.map((warning) => (
        <div key={warning} class="notice good">
          <Icon name="warn" />
          <p>{warning}</p>
        </div>
      ))}
      {client.link !== undefined && opensProgram(client.link) && (
        <p class="install">
          <a class="button primary" href={client.link}>
            {words.install(client.title)}
          </a>
          <small class="quiet">{words.installHint}</small>
        </p>
      )}
      {client.command !== undefined && <Snippet title={words.command} text={client.command} copy={words.copyCommand} />}
      {client.files.map(({ path, text }, at) => (
        <Snippet
          key={path}
          title={at === 0 ? words.file(path) : words.orFile(path)}
          text={text}
          copy={words.copyFile(path)}
        />
      ))}
      {client.notes.length > 0 && (
        <ul class="notes">
          {client.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </>
  )
}

/** A link of a client has a scheme of its own, or is of the web. One that would run as a script is none. */
function opensProgram(link: string): boolean {
  return URL.canParse(link) && !/^(javascript|data|blob|vbscript):/.test(new URL(link).protocol)
}

interface SnippetProps {
  readonly title: string
  readonly text: string
  readonly copy: string
}

function Snippet({ title, text, copy }: SnippetProps) {
  const shown = useRef<HTMLElement>(null)
  const id = useId()
  return (
    <section class="snippet" aria-labelledby={id}>
      <header>
        <h4 id={id}>{title}</h4>
        <CopyButton text={text} fallback={shown} label={copy} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      <pre tabIndex={0} dir="ltr">
        <code ref={shown}>{text}</code>
      </pre>
    </section>
  )
}
