import { InvalidInput } from '@keywright/core'
import { checkDescription, checkNames, isStringArray, type NamesOf, nearest } from '@keywright/core/adapter'
import { parseEndpointUrl, type UrlFault, type UrlRules } from '../address/parse-endpoint-url.js'
import type { EventCatalog } from '../catalog/event-catalog.js'

/** The settings of a new endpoint. */
export interface CreateEndpointInput {
  readonly keyId: string
  /** Where events are posted to: an `https:` URL of a public host, at most 2048 characters. */
  readonly url: string
  /** The types of events that it wants. @defaultValue all that its key may hear of */
  readonly types?: readonly string[] | null | undefined
  /** At most 500 printable characters. @defaultValue none */
  readonly description?: string | null | undefined
}

/** The settings of an endpoint to change. What is left out stays as it is. */
export type UpdateEndpointInput = {
  readonly [K in Exclude<keyof CreateEndpointInput, 'keyId'>]?: CreateEndpointInput[K] | undefined
}

/** What endpoints may be. */
export interface EndpointRules extends UrlRules {
  readonly catalog: EventCatalog
}

export const createNames: NamesOf<CreateEndpointInput> = { keyId: true, url: true, types: true, description: true }
export const updateNames: NamesOf<UpdateEndpointInput> = { url: true, types: true, description: true }

const faults: Readonly<Record<UrlFault, string>> = {
  parse: 'a whole URL, such as https://example.com/hook',
  length: 'a URL of at most 2048 characters',
  scheme: 'an https: URL',
  port: 'a URL with one of the allowed ports: 443 and 8443, unless the product says otherwise',
  userinfo: 'a URL without a user or a password',
  name: 'a URL with a public name, such as example.com',
  address: 'a URL with a public address',
}

/** @throws {@link InvalidInput}, naming the field. */
export function checkUrl({ catalog: _, ...rules }: EndpointRules, url: unknown): string {
  const parsed = parseEndpointUrl(url, rules)
  if (!parsed.ok) throw new InvalidInput('url', faults[parsed.fault])
  return parsed.url.href
}

/** @throws {@link InvalidInput} for a type that nobody publishes: an endpoint would wait for it forever. */
export function checkTypes({ catalog }: EndpointRules, types: unknown): readonly string[] | null {
  if (types === undefined || types === null) return null
  if (!isStringArray(types) || types.length === 0 || types.length > 100)
    throw new InvalidInput('types', 'a list of 1 to 100 event types, or null for all')
  const unknown = types.find((type) => !catalog.types.has(type))
  if (unknown === undefined) return [...new Set(types)].sort()
  const meant = nearest(unknown, [...catalog.types.keys()])
  const hint = meant === null ? '' : ` Did you mean ${meant}?`
  throw new InvalidInput('types', 'types of the catalog of events', `types must be known types of events.${hint}`)
}

/** The given settings, checked. */
export function parseUpdate(rules: EndpointRules, input: UpdateEndpointInput) {
  checkNames(input, updateNames, { Invalid: InvalidInput })
  const { url, types, description } = input
  return {
    ...(url === undefined ? {} : { url: checkUrl(rules, url) }),
    ...(types === undefined ? {} : { types: checkTypes(rules, types) }),
    ...(description === undefined ? {} : { description: checkDescription(description) }),
  }
}
