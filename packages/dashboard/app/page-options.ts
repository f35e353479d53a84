import type { PageMcp, PageOptions } from '../src/page-options.js'
import { areClients, envNameOf, isFields, type Rule, rules } from '../src/page-rules.js'
import { shownParts } from '../src/shown-parts.js'

/** What the attributes of the element say. */
export interface ElementOptions extends PageOptions {
  readonly api: string
  /** The path of each page of it is in the hash of the URL, unless the host's own router has that. */
  readonly hasHash: boolean
}

/** An attribute is wrong: a whole sentence, for whoever wrote the page of the host. */
export class WrongAttribute extends Error {
  override readonly name = 'WrongAttribute'
}

/**
 * Reads the attributes `api`, `options` and `routing`.
 *
 * @throws {@link WrongAttribute} that names the first option that is wrong or unknown: a part that was to be hidden is not to be shown.
 */
export function readPageOptions(element: HTMLElement): ElementOptions {
  const given = fieldsOf(parse(element.getAttribute('options')), '', optionNames)
  const productName = optional(given, 'productName', rules.productName) ?? ''
  const routing = element.getAttribute('routing')
  if (routing !== null && !['', 'hash', 'none'].includes(routing)) throw wrong('routing', "'hash' or 'none'")
  return {
    productName,
    logoUrl: optional(given, 'logoUrl', rules.logoUrl),
    accent: optional(given, 'accent', rules.accent),
    exampleUrl: optional(given, 'exampleUrl', rules.url),
    envName: optional(given, 'envName', rules.envName) ?? envNameOf(productName),
    mcp: given.mcp == null ? null : readMcp(fieldsOf(given.mcp, 'mcp', mcpNames)),
    show: readParts(fieldsOf(given.show ?? {}, 'show', shownParts)),
    api: checked('api', (element.getAttribute('api') ?? '/api/api-keys').replace(/\/$/, ''), rules.api),
    hasHash: routing !== 'none',
  }
}

type Fields = Readonly<Record<string, unknown>>

const optionNames: Readonly<Record<keyof PageOptions, true>> = {
  productName: true,
  logoUrl: true,
  accent: true,
  exampleUrl: true,
  envName: true,
  mcp: true,
  show: true,
}
const mcpNames: Readonly<Record<keyof PageMcp, true>> = { url: true, clients: true, filled: true, placeholder: true }

function parse(json: string | null): unknown {
  try {
    return JSON.parse(json ?? '{}')
  } catch {
    throw wrong('options', 'JSON, such as {"productName":"Acme"}')
  }
}

function readMcp({ url, clients = [], filled = [], placeholder = '' }: Fields): PageMcp {
  const what = 'a list of what clientConfig of @keywright/mcp/client-config returns'
  if (!areClients(clients)) throw wrong('mcp.clients', what)
  if (!areClients(filled)) throw wrong('mcp.filled', what)
  if (typeof placeholder !== 'string' || (filled.length > 0 && placeholder === '')) {
    throw wrong('mcp.placeholder', 'the text that stands in mcp.filled where the token goes')
  }
  return { url: checked('mcp.url', url, rules.url), clients, filled, placeholder }
}

function readParts(given: Fields): PageOptions['show'] {
  const parts = Object.keys(shownParts).map((part) => [part, checked(`show.${part}`, given[part] ?? true, rules.part)])
  return Object.fromEntries(parts) as PageOptions['show'] // each part once
}

function fieldsOf(value: unknown, at: string, names: Readonly<Record<string, true>>): Fields {
  const known = Object.keys(names).join(', ')
  if (!isFields(value)) throw wrong(at || 'options', `an object with some of: ${known}`)
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(names, name))
  if (unknown === undefined) return value
  throw wrong(at === '' ? unknown : `${at}.${unknown}`, `left out: it is unknown. There are: ${known}`)
}

/** What is left out may be `null` as well, as the handler writes it. */
function optional<T>(given: Fields, name: string, rule: Rule<T>): T | null {
  return given[name] == null ? null : checked(name, given[name], rule)
}

function checked<T>(name: string, value: unknown, rule: Rule<T>): T {
  if (!rule.is(value)) throw wrong(name, rule.expected)
  return value
}

function wrong(name: string, expected: string): WrongAttribute {
  return new WrongAttribute(`<keywright-settings> is not set up: ${name} must be ${expected}.`)
}
