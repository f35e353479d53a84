import { isIP } from 'node:net'
import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import { isLoopback, isPublicAddress } from './is-public-address.js'

/** Why a URL may not be called. */
export type UrlFault = 'parse' | 'length' | 'scheme' | 'port' | 'userinfo' | 'name' | 'address'

/** Which URLs may be called. */
export interface UrlRules {
  /** @defaultValue 443 and 8443 */
  readonly ports?: readonly number[] | undefined
  /** Whether `http:` and this machine's own addresses may be called, to develop and to test. @defaultValue false */
  readonly allowLoopback?: boolean | undefined
}

/** A URL, or why it may not be called. */
export type UrlVerdict =
  | { readonly ok: true; readonly url: URL /** The host is an address. */; readonly address: string | null }
  | { readonly ok: false; readonly fault: UrlFault }

const maxLength = 2_048
const usualPorts: readonly number[] = [443, 8443]
/** Names that never belong to somebody else's server: reserved, or of networks within. */
const innerNames = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'test',
  'invalid',
  'onion',
  'arpa',
]

/**
 * Parses the URL of an endpoint. What it says passes; what its name resolves to is looked at when it is called.
 *
 * @param text - What a person typed.
 * @throws {@link InvalidOptions} when a rule is unknown or malformed. What is wrong with the text is in the verdict.
 *
 * @example
 * ```ts
 * const parsed = parseEndpointUrl(input.url)
 * if (!parsed.ok) return `This URL cannot be called: ${parsed.fault}`
 * ```
 */
export function parseEndpointUrl(text: unknown, rules: UrlRules = {}): UrlVerdict {
  checkNames(rules, ruleNames)
  const { ports, allowLoopback } = readUrlRules(rules)
  if (typeof text !== 'string') return refused('parse')
  if (text.length > maxLength) return refused('length')
  if (!URL.canParse(text)) return refused('parse')
  const url = new URL(text)
  // As it is kept: what is escaped is longer.
  if (url.href.length > maxLength) return refused('length')
  const { protocol, port, username, password } = url
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const address = isIP(host) === 0 ? null : host
  const isOwn = allowLoopback && (address === null ? host === 'localhost' : isLoopback(address))
  if (protocol !== 'https:' && !(isOwn && protocol === 'http:')) return refused('scheme')
  if (username !== '' || password !== '') return refused('userinfo')
  if (isOwn) return { ok: true, url, address }
  if (!ports.includes(Number(port || 443))) return refused('port')
  if (address !== null) return isPublicAddress(address) ? { ok: true, url, address } : refused('address')
  return isPublicName(host) ? { ok: true, url, address } : refused('name')
}

const ruleNames: NamesOf<UrlRules> = { ports: true, allowLoopback: true }

/** @throws {@link InvalidOptions} when a rule is malformed. */
export function readUrlRules({ ports = usualPorts, allowLoopback = false }: UrlRules): {
  readonly ports: readonly number[]
  readonly allowLoopback: boolean
} {
  const isPort = (port: unknown): boolean => Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535
  if (!Array.isArray(ports) || ports.length === 0 || !ports.every(isPort))
    throw new InvalidOptions('ports', 'a list of ports, whole numbers from 1 to 65535')
  if (typeof allowLoopback !== 'boolean') throw new InvalidOptions('allowLoopback', 'true or false')
  return { ports, allowLoopback }
}

/** A name with a dot that is not reserved. One that ends with a dot is spelt twice, as a filter of names would not expect. */
function isPublicName(name: string): boolean {
  const labels = name.split('.')
  return labels.length > 1 && !labels.includes('') && !innerNames.includes(labels.at(-1) ?? '')
}

function refused(fault: UrlFault): UrlVerdict {
  return { ok: false, fault }
}
