import { useState } from 'preact/hooks'
import type { PageMcp } from '../../src/page-options.js'
import { Copyable } from '../parts/copyable.js'
import { follow } from '../parts/header.js'
import { Select } from '../parts/select.js'
import { offersCreate } from '../state/offers.js'
import { usePage } from '../state/page.js'
import { ClientSetup } from './client-setup.js'
import { EndpointCheck } from './endpoint-check.js'

/** Where the MCP server is, whether it answers, and how each client connects to it. */
export function McpView() {
  const { strings, options } = usePage()
  const words = strings.mcp
  const { mcp } = options
  if (mcp === null) return null
  return (
    <section class="mcp" aria-label={words.title}>
      <div>
        <h2>{words.title}</h2>
        <p class="quiet">{words.intro}</p>
      </div>
      <dl class="facts card">
        <div>
          <dt>{words.endpoint}</dt>
          <dd>
            <Copyable text={mcp.url} label={words.copyEndpoint} />
          </dd>
        </div>
        <div>
          <dt>{words.status}</dt>
          <dd>
            <EndpointCheck url={mcp.url} />
          </dd>
        </div>
      </dl>
      <Clients of={mcp} />
    </section>
  )
}

function Clients({ of: { clients } }: { readonly of: PageMcp }) {
  const { strings, catalog, router, options } = usePage()
  const words = strings.mcp
  const [chosen, setChosen] = useState('')
  const client = clients.find((one) => one.client === chosen) ?? clients[0]
  return (
    <section class="connect" aria-labelledby="connect-title">
      <h3 id="connect-title">{words.connect}</h3>
      {offersCreate(catalog, options) && (
        <div class="notice">
          <p>
            {words.keyFirst} {clients.length > 0 && words.notHere}
          </p>
          <a class="button" href={router.href('new')} onClick={follow(() => router.go('new'))}>
            {strings.create.button}
          </a>
        </div>
      )}
      {client === undefined ? (
        <p>{words.noClients}</p>
      ) : (
        <>
          <Select
            hasLabel
            label={words.client}
            value={client.client}
            choices={clients.map(({ client: id, title }) => [id, title] as const)}
            set={setChosen}
          />
          <ClientSetup key={client.client} of={client} />
        </>
      )}
    </section>
  )
}
