import { InvalidOptions, Secret } from '@keywright/core'
import { checkNames, isRecord, type NamesOf } from '@keywright/core/adapter'
import type { Branding, DashboardOptions, McpClient, McpConnection, ShownParts } from './options.js'
import type { PageMcp, PageOptions } from './page-options.js'

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
const partNames: NamesOf<ShownParts> = {
  environments: true,
  scopes: true,
  presets: true,
  roles: true,
  resources: true,
  ipAllowList: true,
  rateLimits: true,
  expiry: true,
  personalKeys: true,
  organizationKeys: true,
  reveal: true,
  bulk: true,
  usage: true,
  audit: true,
  webhooks: true,
}

/** Where a token will stand. It has the form of one, so that a configuration escapes it as it would a token. */
const placeholder = 'KEYWRIGHT.TOKEN.GOES.HERE'

/** @throws {@link InvalidOptions} that names the first option that is wrong or unknown. */
export function readOptions(options: DashboardOptions): Setup {
  checkNames(options, optionNames, { defined: ['branding'] })
  const { api = '/api/api-keys', lang = 'en', exampleUrl, show = {} } = options
  if (!isText(api, /^(\/[A-Za-z0-9._~-]+)+$/)) {
    throw new InvalidOptions('api', 'a path that starts with a slash and does not end with one, such as /api/api-keys')
  }
  if (!isText(lang, /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/)) {
    throw new InvalidOptions('lang', 'a language tag, such as en or pt-BR')
  }
  const { dir = rightToLeft.test(lang) ? 'rtl' : 'ltr' } = options
  if (dir !== 'ltr' && dir !== 'rtl') throw new InvalidOptions('dir', "'ltr' or 'rtl'")
  if (exampleUrl !== undefined && !isUrl(exampleUrl)) throw new InvalidOptions('exampleUrl', 'an http or https URL')
  const branding = readBranding(options.branding)
  const { envName = envNameOf(branding.productName) } = options
  if (!isText(envName, /^[A-Za-z_][A-Za-z0-9_]{0,127}$/)) {
    throw new InvalidOptions('envName', 'a variable name: letters, digits and _, not starting with a digit')
  }
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
const rightToLeft = /^(ar|arc|dv|fa|he|ks|ku-Arab|ps|sd|ug|ur|yi)\b/i

function readBranding(branding: Branding): Pick<PageOptions, 'productName' | 'logoUrl' | 'accent'> {
  checkNames(branding, brandingNames, { at: 'branding', defined: ['productName'] })
  const { productName, logoUrl, accent } = branding
  if (!isText(productName, /^[^\p{C}\p{Zl}\p{Zp}]{1,80}$/u)) {
    throw new InvalidOptions('branding.productName', 'a string of 1 to 80 printable characters')
  }
  if (logoUrl !== undefined && !isText(logoUrl, /^(\/(?!\/)[^\s\\]{0,2000}|data:image\/[a-z+.-]+[;,][^\s]+)$/)) {
    throw new InvalidOptions('branding.logoUrl', 'a path of the same origin, or a data: URL of an image')
  }
  if (accent !== undefined && !isText(accent, /^(#[0-9A-Fa-f]{3,8}|[a-z]{3,30}|[a-z]{2,8}\([0-9a-z .,%/-]{1,60}\))$/)) {
    throw new InvalidOptions('branding.accent', 'a colour of CSS, such as #3b5bdb')
  }
  return { productName, logoUrl: logoUrl ?? null, accent: accent ?? null }
}

function readMcp(mcp: McpConnection | undefined): PageMcp | null {
  if (mcp === undefined) return null
  checkNames(mcp, mcpNames, { at: 'mcp', defined: ['url'] })
  const { url, clients = () => [] } = mcp
  if (!isUrl(url)) throw new InvalidOptions('mcp.url', 'an http or https URL')
  if (typeof clients !== 'function') {
    throw new InvalidOptions('mcp.clients', 'a function that returns configurations, with the token if it is given one')
  }
  const read = (found: readonly McpClient[]): readonly McpClient[] => {
    if (!Array.isArray(found) || !found.every(isClient)) {
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

function isClient(given: unknown): given is McpClient {
  if (!isRecord(given)) return false
  const { client, title, files, command, link, notes, warnings } = given
  const isTexts = (list: unknown): boolean => Array.isArray(list) && list.every((text) => typeof text === 'string')
  const isFile = (file: unknown): boolean =>
    isRecord(file) && typeof file.path === 'string' && typeof file.text === 'string'
  return (
    typeof client === 'string' &&
    typeof title === 'string' &&
    Array.isArray(files) &&
    files.every(isFile) &&
    (command === undefined || typeof command === 'string') &&
    (link === undefined || isText(link, /^(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*:/)) &&
    isTexts(notes) &&
    isTexts(warnings)
  )
}

function readParts(show: ShownParts): PageOptions['show'] {
  checkNames(show, partNames, { at: 'show' })
  const parts = Object.keys(partNames) as (keyof ShownParts)[] // the names of an object
  for (const part of parts) {
    if (show[part] !== undefined && typeof show[part] !== 'boolean') {
      throw new InvalidOptions(`show.${part}`, 'a boolean')
    }
  }
  return Object.fromEntries(parts.map((part) => [part, show[part] ?? true])) as PageOptions['show'] // each part once
}

/** `Acme Boards` makes `ACME_BOARDS_API_KEY`. */
function envNameOf(productName: string): string {
  const ascii = productName.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, ' ')
  const words = ascii.trim().toUpperCase().replaceAll(' ', '_').replace(/^\d/, '_$&').slice(0, 100)
  return words === '' ? 'API_KEY' : `${words}_API_KEY`
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}
