import fc from 'fast-check'

type Json = Readonly<Record<string, unknown>>

/** A request that was made from the document: right, or nearly. */
export interface Sent {
  readonly method: string
  /** Below the origin, with the query. */
  readonly path: string
  readonly template: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

const asRecord = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})

/**
 * Requests for all operations of a document; now and then for none of them.
 *
 * @param ids - Of keys.
 * @param below - What belongs to a key: by the name of its parameter in the path, and then by the id of the key.
 */
export function requestsOf(
  document: Json,
  ids: readonly string[],
  below: Readonly<Record<string, Readonly<Record<string, string>>>>,
): fc.Arbitrary<Sent> {
  const paths = asRecord(document.paths)
  const operations = Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(asRecord(methods)).map(([method, operation]) => ({
      template,
      method,
      operation: asRecord(operation),
    })),
  )
  const schemaOf = (schema: unknown): Json => {
    const [, name] = /^#\/components\/schemas\/(\w+)$/.exec(String(asRecord(schema).$ref)) ?? []
    return name === undefined ? asRecord(schema) : asRecord(asRecord(asRecord(document.components).schemas)[name])
  }
  // Made once for each operation: to make them costs more than a request.
  const ofEach = operations.map(({ template, method, operation }) => {
    const parameters = (operation.parameters ?? []) as readonly Json[] // the document is our own
    const of = (place: string) => parameters.filter((parameter) => parameter.in === place)
    const content = asRecord(asRecord(asRecord(operation.requestBody).content)['application/json'])
    return fc
      .record({
        method: often(fc.constant(method.toUpperCase()), fc.constantFrom('PUT', 'HEAD', 'OPTIONS', 'DELETE', 'POST')),
        ids: fc.record(
          Object.fromEntries(
            of('path').map(({ name, schema }) => {
              const any = valueFor(schema, schemaOf)
              if (name === 'id') return [name, often(fc.constantFrom(...ids), any)]
              const ofKeys = below[String(name)]
              if (ofKeys === undefined) return [name, any]
              // `null`: that of the key in the path, which is seldom hit by chance.
              const own = { arbitrary: fc.constant(null), weight: 3 }
              return [name, often(fc.oneof(own, fc.constantFrom(...Object.values(ofKeys))), any)]
            }),
          ),
        ),
        query: queryOf(of('query'), schemaOf, ids),
        body: content.schema === undefined ? fc.constant(undefined) : bodyOf(content.schema, schemaOf, ids),
        as: fc.constantFrom('ada', 'ada', 'ada', 'mia', 'mia', 'new', null),
        headers: headersOf(of('header')),
      })
      .map(({ method: sentMethod, ids: chosen, query, body, as, headers }): Sent => {
        const given = asRecord(chosen)
        const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
          encodeURIComponent(
            String(given[name] ?? below[name]?.[String(given.id)] ?? 'x').replace(/\p{Cs}/gu, '') || 'x',
          ),
        )
        const hasBody = body !== undefined && !['GET', 'HEAD'].includes(sentMethod)
        return {
          method: sentMethod,
          path: `${path}${query === '' ? '' : `?${query}`}`,
          template,
          headers: {
            ...(as === null ? {} : { Cookie: `session=${as}` }),
            ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
            ...headers,
          },
          body: hasBody ? body : undefined,
        }
      })
  })
  return fc.oneof(...ofEach)
}

/** The first 29 times in 30. */
function often<A, B>(usual: fc.Arbitrary<A>, rare: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ arbitrary: usual, weight: 29 }, { arbitrary: rare, weight: 1 })
}

/** Once in 20 times; else `nothing`. */
function rarely<A, N>(arbitrary: fc.Arbitrary<A>, nothing: N): fc.Arbitrary<A | N> {
  return fc.oneof({ arbitrary: fc.constant(nothing), weight: 19 }, { arbitrary, weight: 1 })
}

type Resolve = (schema: unknown) => Json

function queryOf(parameters: readonly Json[], schemaOf: Resolve, ids: readonly string[]): fc.Arbitrary<string> {
  // About four of them, however many there are: with ten filters, a list would have nothing to show.
  const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
    fc.oneof({ weight: parameters.length, arbitrary: fc.constant(null) }, { weight: 4, arbitrary })
  const given = parameters.map(({ name, schema }) =>
    some(
      (name === 'key_id' ? often(fc.constantFrom(...ids), valueFor(schema, schemaOf)) : valueFor(schema, schemaOf)).map(
        (value) => [String(name), typeof value === 'string' ? value : JSON.stringify(value)] as const,
      ),
    ),
  )
  const extra = rarely(fc.tuple(fc.constantFrom('x', 'limit', 'owner_id', '__proto__'), fc.string()), null)
  return fc.tuple(...given, extra).map((pairs) => {
    const kept = pairs.filter((pair) => pair !== null) as (readonly [string, string])[] // of both kinds
    return new URLSearchParams(kept.map(([name, value]): [string, string] => [name, value])).toString()
  })
}

function headersOf(parameters: readonly Json[]): fc.Arbitrary<Record<string, string>> {
  const texts: Readonly<Record<string, fc.Arbitrary<string>>> = {
    'If-Match': fc.constantFrom('"1"', '"2"', 'W/"1"', '*', 'x', '"0"'),
    'If-None-Match': fc.constantFrom('*', '"1"', 'x'),
    'Idempotency-Key': fc.constantFrom('a', '"b"', 'c', 'a, b', 'x'.repeat(300)),
  }
  const more: Readonly<Record<string, fc.Arbitrary<string>>> = {
    Accept: fc.constantFrom('*/*', 'text/csv', 'application/json', 'q=1;;,'),
    'X-Request-Id': fc.constantFrom('r-1', 'tk_live_0123456789ab_secret'),
    Origin: fc.constantFrom('https://evil.example', 'null'),
    'Content-Encoding': fc.constantFrom('gzip', 'identity'),
    'Content-Type': fc.constantFrom('text/plain', 'application/json'),
  }
  const rare = Object.entries(more).map(([name, value]) => [name, rarely(value, undefined)])
  const own = parameters.map(({ name }) => [
    name,
    fc.option(texts[String(name)] ?? fc.constant('x'), { freq: 2, nil: undefined }),
  ])
  return fc
    .record(Object.fromEntries([...own, ...rare]) as Record<string, fc.Arbitrary<string | undefined>>)
    .map(
      (all) =>
        Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>,
    )
}

function bodyOf(schema: unknown, schemaOf: Resolve, ids: readonly string[]): fc.Arbitrary<string> {
  const good = valueFor(schema, schemaOf, 4).map((body) => {
    // Keys that there are, and not the many that there are not.
    if (typeof body !== 'object' || body === null) return body
    if ('copy_from' in body) return { ...body, copy_from: ids[0] }
    if ('event_id' in body) {
      const { from: _, to: __, ...rest } = body as Json // a replay says one of the two
      return rest
    }
    if (!('ids' in body)) return body
    const { filter: _, limit: __, cursor: ___, ...rest } = body as Json
    return { ...rest, ids: [ids[0], ids.at(-2)] }
  })
  const withMore = fc
    .tuple(good, fc.constantFrom('owner', 'organization_id', 'status', 'hash', 'metadata', 'Name'), fc.jsonValue())
    .map(([body, name, value]) => ({ ...asRecord(body), [name]: value }))
  return fc.oneof(
    { weight: 12, arbitrary: good.map((body) => JSON.stringify(body)) },
    { weight: 3, arbitrary: withMore.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: fc.jsonValue().map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', '{"name":"a","name":"b"}', '{"__proto__":{}}', '[[[[') },
  )
}

/** What a schema allows, and now and then what is just beyond. */
function valueFor(given: unknown, schemaOf: Resolve, depth = 3): fc.Arbitrary<unknown> {
  const schema = schemaOf(given)
  const alternatives = (schema.oneOf ?? schema.anyOf ?? schema.allOf) as readonly unknown[] | undefined // by JSON Schema
  if (alternatives !== undefined) return fc.oneof(...alternatives.map((one) => valueFor(one, schemaOf, depth)))
  if (Array.isArray(schema.enum)) return often(fc.constantFrom(...schema.enum), fc.string({ maxLength: 8 }))
  const types = [schema.type].flat()
  const example =
    schema.example === undefined || typeof schema.example === 'object' ? [] : [fc.constant(schema.example)]
  const one = (type: unknown) =>
    often(
      fc.oneof(...example, { arbitrary: typed(type, schema, schemaOf, depth), weight: 1 }),
      fc.jsonValue({ maxDepth: 1 }),
    )
  return types.length === 1 ? one(types[0]) : fc.oneof(...types.map(one))
}

function typed(type: unknown, schema: Json, schemaOf: Resolve, depth: number): fc.Arbitrary<unknown> {
  const {
    minimum = 0,
    maximum = 1_000,
    multipleOf = 1,
    minLength = 0,
    maxLength = 40,
  } = schema as Record<string, number>
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer': {
      const near = fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1, minimum + multipleOf / 2)
      return often(
        fc.integer({ min: 1, max: 100 }).map((count) => count * multipleOf),
        near,
      )
    }
    case 'array': {
      const items = valueFor(schema.items, schemaOf, depth - 1)
      return fc.array(items, { maxLength: 3 })
    }
    case 'object':
      return objectOf(schema, schemaOf, depth)
    default:
      return textOf(schema, minLength, maxLength)
  }
}

function textOf(schema: Json, least: number, most: number): fc.Arbitrary<string> {
  if (schema.format === 'date-time') {
    const soon = fc.constantFrom('2090-01-01T00:00:00Z', '2030-06-01T12:00:00.5+02:00', new Date().toISOString())
    return often(
      soon,
      fc.constantFrom('1960-01-01T00:00:00Z', '2030-02-30T00:00:00Z', 'tomorrow', '9999-12-31T23:59:59Z'),
    )
  }
  const pattern = typeof schema.pattern === 'string' ? [fc.stringMatching(new RegExp(schema.pattern))] : []
  const plain = fc.stringMatching(/^[a-z][a-z0-9_.]*$/).map((text) => text.slice(0, most).padEnd(least, 'x'))
  const tooLong = fc.constant('x'.repeat(most + 1))
  const near = fc.constantFrom('', ' ', '\u0000', '\u202e', 'road', '*', '10.0.0.0/8', '💥')
  return fc.oneof(
    { weight: 14, arbitrary: fc.oneof(...pattern, plain) },
    { weight: 1, arbitrary: near },
    { weight: 1, arbitrary: tooLong },
  )
}

function objectOf(schema: Json, schemaOf: Resolve, depth: number): fc.Arbitrary<unknown> {
  if (depth <= 0) return fc.constant({})
  const properties = Object.entries(asRecord(schema.properties))
  const fields = Object.fromEntries(properties.map(([name, value]) => [name, valueFor(value, schemaOf, depth - 1)]))
  const required = (schema.required ?? []) as string[] // by JSON Schema
  const known = often(fc.record(fields, { requiredKeys: required }), fc.record(fields, { requiredKeys: [] }))
  if (typeof schema.additionalProperties !== 'object') return known
  const others = fc.dictionary(
    fc.constantFrom('board', 'b1', 'b2', 'bord'),
    valueFor(schema.additionalProperties, schemaOf, depth - 1),
  )
  return fc.tuple(known, others).map(([own, more]) => ({ ...asRecord(own), ...more }))
}
