import { InvalidOptions, Secret } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { Branding, DashboardOptions, McpClient, McpConnection, ShownParts } from './options.js'
import type { PageMcp, PageOptions } from './page-options.js'
import { areClients, envNameOf, type Rule, rules } from './page-rules.js'
import { shownParts } from './shown-parts.js'

/** What the shell of the page is made from. */
export interface Setup {
  readonly api: string
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly page: PageOptions
}

const optionNames: NamesOf<DashboardOptions> = {
  api: true,
  branding: true,
  lang: true,
  dir: true,
  exampleUrl: true,
  envName: true,
  mcp: true,
  show: true,
}
const brandingNames: NamesOf<Branding> = { productName: true, logoUrl: true, accent: true }
const mcpNames: NamesOf<McpConnection> = { url: true, clients: true }

/** Where a token will stand. It has the form of one, so that a configuration escapes it as it would a token. */
const placeholder = 'KEYWRIGHT.TOKEN.GOES.HERE'

/** @throws {@link InvalidOptions} that names the first option that is wrong or unknown. */
export function readOptions(options: DashboardOptions): Setup {
  checkNames(options, optionNames, { defined: ['branding'] })
  const { api = '/api/api-keys', lang = 'en', exampleUrl, show = {} } = options
  check('api', api, rules.api)
  if (typeof lang !== 'string' || !/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(lang)) {
    throw new InvalidOptions('lang', 'a language tag, such as en or pt-BR')
  }
  const { dir = rightToLeft.test(lang) ? 'rtl' : 'ltr' } = options
  if (dir !== 'ltr' && dir !== 'rtl') throw new InvalidOptions('dir', "'ltr' or 'rtl'")
  if (exampleUrl !== undefined) check('exampleUrl', exampleUrl, rules.url)
  const branding = readBranding(options.branding)
  const { envName = envNameOf(branding.productName) } = options
  check('envName', envName, rules.envName)
  const page = {
    ...branding,
    exampleUrl: exampleUrl ?? null,
    envName,
    mcp: readMcp(options.mcp),
    show: readParts(show),
  }
  return { api, lang, dir, page }
}

/** Languages that are written from right to left. */
const rightToLeft = /^(ar|arc|ckb|dv|fa|he|ks|ku-Arab|ps|sd|ug|ur|yi)\b/i

function readBranding(branding: Branding): Pick<PageOptions, 'productName' | 'logoUrl' | 'accent'> {
  checkNames(branding, brandingNames, { at: 'branding', defined: ['productName'] })
  const { productName, logoUrl, accent } = branding
  check('branding.productName', productName, rules.productName)
  if (logoUrl !== undefined) check('branding.logoUrl', logoUrl, rules.logoUrl)
  if (accent !== undefined) check('branding.accent', accent, rules.accent)
  return { productName, logoUrl: logoUrl ?? null, accent: accent ?? null }
}

function readMcp(mcp: McpConnection | undefined): PageMcp | null {
  if (mcp === undefined) return null
  checkNames(mcp, mcpNames, { at: 'mcp', defined: ['url'] })
  const { url, clients = () => [] } = mcp
  check('mcp.url', url, rules.url)
  if (typeof clients !== 'function') {
    throw new InvalidOptions('mcp.clients', 'a function that returns configurations, with the token if it is given one')
  }
  const read = (found: readonly McpClient[]): readonly McpClient[] => {
    if (!areClients(found)) {
      throw new InvalidOptions('mcp.clients', 'a function that returns what clientConfig returns, for each client')
    }
    // Nothing else of the host's goes to the page.
    return found.map(({ client, title, files, command, link, notes, warnings }) => {
      const optional = { ...(command === undefined ? {} : { command }), ...(link === undefined ? {} : { link }) }
      return { client, title, files: files.map(({ path, text }) => ({ path, text })), ...optional, notes, warnings }
    })
  }
  return { url, clients: read(clients()), filled: read(clients(new Secret(placeholder))), placeholder }
}

function readParts(show: ShownParts): PageOptions['show'] {
  checkNames(show, shownParts, { at: 'show' })
  const parts = Object.keys(shownParts) as (keyof ShownParts)[] // the names of an object
  for (const part of parts) if (show[part] !== undefined) check(`show.${part}`, show[part], rules.part)
  return Object.fromEntries(parts.map((part) => [part, show[part] ?? true])) as PageOptions['show'] // each part once
}

function check(option: string, value: unknown, rule: Rule<unknown>): void {
  if (!rule.is(value)) throw new InvalidOptions(option, rule.expected)
}
